use super::*;

fn batch(name: &str) -> Arc<Batch> {
    Arc::new(Batch::of(&proto::testing::trace(&format!("service {name} 0..1"))))
}

fn names(found: &Found) -> Vec<String> {
    let batches = found.records.iter().flat_map(|record| &record.batches);
    batches.flat_map(|batch| batch.spans()).map(|span| span.name).collect()
}

fn open(dir: &Path, needed: RecordNumber) -> Log {
    read(dir, needed, Durability::Disk).unwrap().resume().unwrap()
}

fn append(log: &mut Log, name: &str) {
    log.append(7, &[&batch(name)], Durability::Disk).unwrap();
}

#[test]
fn records_come_back_in_order_over_files_and_go_with_the_cut() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = open(dir.path(), 1);
    append(&mut log, "a");
    append(&mut log, "b");
    log.begin_file().unwrap();
    append(&mut log, "c");
    let found = read(dir.path(), 2, Durability::Disk).unwrap();
    assert_eq!((names(&found), found.last), (vec!["b".to_owned(), "c".to_owned()], 3));
    log.cut(3).unwrap();
    assert_eq!(file_numbers(&dir.path().join(DIRECTORY)).unwrap(), [3]);
    log.cut(4).unwrap();
    assert_eq!(file_numbers(&dir.path().join(DIRECTORY)).unwrap(), [4]);
    let mut log = open(dir.path(), 4);
    append(&mut log, "d");
    assert_eq!(names(&read(dir.path(), 4, Durability::Disk).unwrap()), ["d"]);
}

#[test]
fn a_torn_end_is_the_end_and_is_written_over() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = open(dir.path(), 1);
    append(&mut log, "a");
    let whole = log.end;
    append(&mut log, "b");
    let path = path(&dir.path().join(DIRECTORY), 1);
    for length in (whole..log.end).rev() {
        File::options().write(true).open(&path).unwrap().set_len(length).unwrap();
        let found = read(dir.path(), 1, Durability::Disk).unwrap();
        assert_eq!((names(&found), found.last), (vec!["a".to_owned()], 1));
    }
    let mut log = open(dir.path(), 1);
    append(&mut log, "c");
    assert_eq!(names(&read(dir.path(), 1, Durability::Disk).unwrap()), ["a", "c"]);
}

#[test]
fn every_flipped_byte_is_noticed_or_the_end() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = open(dir.path(), 1);
    ["a", "b", "c"].iter().for_each(|name| append(&mut log, name));
    let path = path(&dir.path().join(DIRECTORY), 1);
    let bytes = fs::read(&path).unwrap();
    let mut ends = 0;
    for at in 0..bytes.len() {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1 << (at % 8);
        fs::write(&path, flipped).unwrap();
        match read(dir.path(), 1, Durability::Disk) {
            Ok(found) => {
                // The mark tells this from a torn end that nobody was promised.
                assert_eq!((names(&found), found.last), (vec!["a".to_owned(), "b".to_owned()], 2));
                ends += 1;
            }
            Err(Fault::Corrupt { what, .. }) => assert!(what.contains("log"), "{what}"),
            Err(other) => panic!("{other}"),
        }
        // A power cut may keep the third record and lose the second.
        assert!(read(dir.path(), 1, Durability::Process).unwrap().last < 3);
    }
    assert!(ends > 0);
}
