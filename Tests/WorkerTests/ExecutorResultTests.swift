import Canonical
import FileDigests
import Glibc
import Records
import StemmaCrypto
import Testing

@testable import Worker

struct ExecutorResultTests {
  private let folder: TestFolder
  private let job: JobFolder

  init() throws {
    folder = try TestFolder()
    job = try folder.job()
  }

  private func leave(_ files: [String: String]) {
    for (name, text) in files { write(text, to: job.output + "/" + name) }
  }

  private func result() throws -> ExecutorResult {
    try ExecutorResult(in: job, mediaType: "text/csv")
  }

  @Test func takesTheOneFile() throws {
    leave(["scores.csv": "a,b\n"])
    let found = try result()
    guard case .file(let path) = found.output else {
      Issue.record("no file")
      return
    }
    #expect(path == job.output + "/scores.csv")
    #expect(
      found.content
        == Content(digest: SHA256.digest(of: Array("a,b\n".utf8)), size: 4, mediaType: "text/csv"))
    #expect(found.said.isEmpty && found.evidence == nil)
  }

  @Test func takesAFolderAsTheListOfItsFiles() throws {
    try FileTree.make(job.output + "/model")
    leave(["model/a": "1", "model/b": "2"])
    let found = try result()
    guard case .folder(_, let list) = found.output else {
      Issue.record("no folder")
      return
    }
    #expect(found.content.mediaType == FolderManifest.mediaType)
    #expect(found.content.digest == SHA256.digest(of: list))
    #expect(try InputManifest(parsing: list).files.map(\.path) == ["a", "b"])
  }

  @Test func takesWhatTheExecutorSays() throws {
    leave([
      "out.npy": "x", "gaps.npy": "gg",
      "result.json": #"""
      {"compute":{"dtypes":["fp32"]},"key":"claim-17","device":{"class":"a100","share":{"mode":"whole"}},
       "evidence":{"file":"gaps.npy","mediaType":"application/x-npy"},"use":{"seconds":1.5},"environment":{"torch":"2.13"}}
      """#,
    ])
    let found = try result()
    #expect(found.evidence?.content.size == 2)
    #expect(found.said["compute"] == ["dtypes": ["fp32"]])
    let records = try WorkRecords(
      of: try item(), result: found, device: ("cpu", nil), startedAt: Self.time, endedAt: Self.time)
    let output = try JSONDocument(parsing: records.output.canonical).root
    #expect(output["key"]?.text == "claim-17" && output["evidence"]?["size"]?.integer == 2)
    #expect(records.device.canonical.starts(with: #"{"class":"a100","kind":"device""#.utf8))
    let ended = try JSONDocument(parsing: records.ended.canonical).root
    #expect(ended["exit"]?["code"]?.integer == 0 && ended["use"]?["seconds"]?.double == 1.5)
  }

  @Test(arguments: [
    ([:], "no output"),
    (["result.json": "{}"], "no output"),
    (["a": "1", "b": "2"], "2 outputs: a, b"),
    (["a": "1", "result.json": "{"], "result.json"),
    (["a": "1", "result.json": "[]"], "no JSON object"),
    (["a": "1", "result.json": #"{"computed":{}}"#], "'computed' is not known"),
    (["a": "1", "result.json": #"{"evidence":"a"}"#], "evidence:"),
    (
      ["a": "1", "result.json": #"{"evidence":{"file":"../x","mediaType":"a/b"}}"#],
      "'../x', which is not there"
    ),
  ])
  func refusesWhatIsNoOutput(_ files: [String: String], _ message: String) throws {
    leave(files)
    let error = #expect(throws: WorkerError(.output, "")) { try result() }
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }

  @Test func refusesLinksAndPipes() throws {
    _ = unsafe symlink("/etc/passwd", job.output + "/out")
    #expect(throws: WorkerError(.output, "")) { try result() }
    _ = unsafe unlink(job.output + "/out")
    _ = unsafe mkfifo(job.output + "/out", 0o600)
    #expect(throws: WorkerError(.output, "")) { try result() }
    _ = unsafe unlink(job.output + "/out")
    try FileTree.make(job.output + "/out")
    _ = unsafe symlink("/etc/passwd", job.output + "/out/file")
    #expect(throws: WorkerError(.output, "")) { try result() }
  }

  @Test(arguments: [
    #"{"compute":{}}"#, #"{"compute":{"dtype":"fp32"}}"#, #"{"device":{"class":"a100"}}"#,
    #"{"key":7}"#,
    #"{"device":"a100"}"#, #"{"device":{"class":"a100","share":{"mode":"whole"},"kind":"view"}}"#,
  ])
  func refusesWhatRecordsCannotHold(_ said: String) throws {
    leave(["a": "1", "result.json": said])
    let found = try result()
    #expect(throws: WorkerError(.output, "")) {
      try WorkRecords(
        of: try item(), result: found, device: ("cpu", nil), startedAt: Self.time,
        endedAt: Self.time)
    }
  }

  @Test func saysTheSameOfEveryAttempt() throws {
    leave(["a": "1"])
    let found = try result()
    let records = try [1, 2].map {
      try WorkRecords(
        of: try item(attempt: $0), result: found, device: ("cpu", ["mode": "whole"]),
        startedAt: Self.time, endedAt: Self.time)
    }
    #expect(records[0].execution.digest == records[1].execution.digest)
    #expect(records[0].output.digest == records[1].output.digest)
    #expect(records[0].rank.digest != records[1].rank.digest)
    #expect(records[0].all.map(\.kind) == [.device, .execution, .rank, .output, .ended])
  }

  @Test func writesTheJob() throws {
    let job = try JSONDocument(parsing: try item().job(in: job).canonicalBytes()).root
    #expect(job["v"]?.integer == 1 && job["executor"]?.text == "score")
    #expect(job["output"]?["folder"]?.text == self.job.output)
    #expect(job["output"]?["mediaType"]?.text == "text/csv")
    let input = try #require(job["inputs"]?.elements.map(\.self).first)
    #expect(input["path"]?.text == self.job.inputs + "/0" && input["role"]?.text == "data")
    #expect(job["record"]?["kind"]?.text == "view" && job["context"]?["kind"]?.text == "context")
  }

  private static let time = "2026-11-25T10:00:00.000000Z"

  private func item(attempt: Int = 1) throws -> WorkItem {
    let digest = "sha256:" + String(repeating: "1", count: 64)
    let view = """
      {"context":"\(digest)","determinism":"run_to_run","inputs":[{"ref":"\(digest)","role":"data"}],"kind":"view",\
      "output":{"mediaType":"text/csv","name":"scores","type":"tensor"},"v":1}
      """
    let lease = """
      {"lease":"l","item":"i","attempt":\(attempt),"executor":"score","sample":"i",
       "execution":{"gang":{"id":"i","size":1,"system":"stemma"},"id":"0f8fad5b-d9cb-469f-a165-70867728950e",
                    "kind":"execution","v":1},
       "view":"\(SHA256.digest(of: Array(view.utf8)))","record":\(view),"context":{"kind":"context","v":1},
       "inputs":[{"role":"data","ref":"\(digest)","kind":"input",
                  "content":{"digest":"\(digest)","size":3,"mediaType":"text/csv"}}],"commitFirst":[]}
      """
    return try WorkItem(try JSONDocument(parsing: Array(lease.utf8)).root)
  }
}
