import { useFindings } from "../api/findings";
import { FindingList } from "../findings/FindingList";
import { ResolvedFindings } from "../findings/ResolvedFindings";

/** What is wrong with the hop now, and was lately; nothing where nothing is. */
export function HopFindings({ hopId }: { hopId: string }) {
  const { data, dataUpdatedAt } = useFindings();
  if (data === undefined) return null;
  const open = data.open.filter((finding) => finding.hop_id === hopId);
  const resolved = data.resolved.filter((finding) => finding.hop_id === hopId);
  return (
    <>
      <FindingList findings={open} now={dataUpdatedAt} />
      <ResolvedFindings findings={resolved} now={dataUpdatedAt} />
      {open.length + resolved.length === 0 && <span>None now, and none lately</span>}
    </>
  );
}
