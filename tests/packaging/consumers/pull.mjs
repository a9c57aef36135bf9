// What every runtime does with `aclarity/api`, on a server that misbehaves; the answers are in ../api.test.ts.
import { Org } from "aclarity";
import { AclarityError, fetchExport, sendRequests } from "aclarity/api";

const codeOf = (promise) =>
  promise.then(
    () => "it did not fail",
    (error) => (error instanceof AclarityError ? [error.code, error.path, error.message] : String(error)),
  );

/** `server`: `{ url, token, ada, dataset, elsewhere, wrong }`. */
export async function pull({ url, token, ada, dataset, elsewhere, wrong }) {
  const progress = [];
  const options = { url, token, onProgress: ({ requests }) => progress.push(requests) };
  // One answer stalls; all others come sooner, on any machine.
  const org = await Org.load(fetchExport({ ...options, timeout: 3000 }));
  const group = { method: "POST", path: "/v1/group", body: { name: "New" }, creates: ["new:group:1"] };
  const sent = await sendRequests(
    [group, { method: "PATCH", path: "/v1/group/new:group:1", body: { add_member_users: [ada] } }, group],
    options,
  );
  return {
    groups: org.stats.groups,
    can: org.as(ada).can("update", "dataset", dataset),
    findings: org.findings.map(({ code, path }) => [code, path]),
    progress: progress.length > 0,
    sent: [sent.done.length, sent.stopped?.reason],
    redirect: await codeOf(fetchExport({ url: elsewhere, token })),
    wrong: await codeOf(fetchExport({ url, token: wrong })),
    aborted: (await codeOf(fetchExport({ ...options, signal: AbortSignal.abort() })))[0],
  };
}
