/** The candidate pair over which a connection sends, read from its statistics. */

interface PairReport {
  readonly type: 'candidate-pair';
  readonly localCandidateId: string;
  readonly nominated?: boolean;
  readonly state: string;
}

/** Whether this side sends through a TURN server. False while nothing is selected. */
export async function usesRelay(connection: RTCPeerConnection): Promise<boolean> {
  const reports = await connection.getStats().catch(() => null);
  if (reports === null) return false;
  const transport = [...reports.values()].find(({ type, selectedCandidatePairId }) => type === 'transport' && selectedCandidatePairId !== undefined);
  // Firefox has no statistics of transports.
  const pair = (reports.get(transport?.selectedCandidatePairId) ?? [...reports.values()].find(isInUse)) as PairReport | undefined;
  return pair !== undefined && reports.get(pair.localCandidateId)?.candidateType === 'relay';
}

function isInUse(report: PairReport): boolean {
  return report.type === 'candidate-pair' && report.nominated === true && report.state === 'succeeded';
}
