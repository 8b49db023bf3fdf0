/// The key of a message, read without a copy. Keys that OTLP does not have are
/// `Other`.
pub(super) trait Key: for<'de> serde::Deserialize<'de> + Copy {
    /// The key as JSON spells it.
    fn name(self) -> &'static str;
}

/// Declares a [`Key`] and how its variants are spelled.
macro_rules! keys {
    ($name:ident { $($variant:ident = $text:literal),+ $(,)? }) => {
        #[derive(Debug, Clone, Copy)]
        pub(super) enum $name {
            $($variant,)+
            Other,
        }

        impl $crate::otlp::json::key::Key for $name {
            fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Other => "(unknown key)",
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Spelling;

                impl serde::de::Visitor<'_> for Spelling {
                    type Value = $name;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("a key")
                    }

                    fn visit_str<E>(self, key: &str) -> Result<$name, E> {
                        Ok(match key {
                            $($text => $name::$variant,)+
                            _ => $name::Other,
                        })
                    }
                }

                deserializer.deserialize_identifier(Spelling)
            }
        }
    };
}

pub(super) use keys;
