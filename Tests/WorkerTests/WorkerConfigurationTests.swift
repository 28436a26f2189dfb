import Canonical
import Testing

@testable import Worker

struct WorkerConfigurationTests {
  private func read(_ text: String) throws -> WorkerConfiguration {
    try WorkerConfiguration(parsing: Array(text.utf8), path: "/etc/stemma/worker.json")
  }

  @Test func readsWhatIsThere() throws {
    let configuration = try read(
      #"""
      {"class": "cpu", "share": {"mode": "whole"}, "scratch": "/var/tmp", "executors": {"score": {
        "command": ["/usr/bin/python3", "score.py"], "folder": "files", "environment": {"OMP_NUM_THREADS": "1"},
        "inherit": ["PATH"], "timeLimitSeconds": 600, "outputLimitBytes": 4096, "graceSeconds": 0}}}
      """#)
    #expect(configuration.deviceClass == "cpu")
    #expect(configuration.share == ["mode": "whole"])
    #expect(configuration.scratch == "/var/tmp")
    var executor = Executor(command: ["/usr/bin/python3", "score.py"])
    executor.folder = "/etc/stemma/files"
    executor.environment = ["OMP_NUM_THREADS": "1"]
    executor.inherit = ["PATH"]
    (executor.timeLimitSeconds, executor.outputLimitBytes, executor.graceSeconds) = (600, 4096, 0)
    #expect(configuration.executors == ["score": executor])
  }

  @Test(arguments: [
    ("{", "byte 1"),
    ("[]", "the file: no JSON object"),
    ("{}", "executors: at least one"),
    (#"{"executors":{}}"#, "executors: at least one"),
    (#"{"executors":{"Score":{"command":["/a"]}}}"#, "executors.Score: no identifier"),
    (#"{"executors":{"a":{}}}"#, "executors.a.command: a program"),
    (
      #"{"executors":{"a":{"command":["python3"]}}}"#, "executors.a.command: the program's absolute"
    ),
    (#"{"executors":{"a":{"command":"/a"}}}"#, "executors.a.command: a list of texts"),
    (#"{"executors":{"a":{"command":["/a","\#\u0000"]}}}"#, "byte"),
    (#"{"executors":{"a":{"command":["/a"],"shell":true}}}"#, "executors.a.shell: not known"),
    (#"{"executors":{"a":{"command":["/a"],"environment":{"A=B":"c"}}}}"#, "environment.A=B"),
    (#"{"executors":{"a":{"command":["/a"],"environment":{"A":1}}}}"#, "environment.A: a text"),
    (#"{"executors":{"a":{"command":["/a"],"inherit":[""]}}}"#, "inherit: ''"),
    (#"{"executors":{"a":{"command":["/a"],"timeLimitSeconds":0}}}"#, "timeLimitSeconds: a whole"),
    (
      #"{"executors":{"a":{"command":["/a"],"outputLimitBytes":1.5}}}"#, "outputLimitBytes: a whole"
    ),
    (#"{"class":"A 100","executors":{"a":{"command":["/a"]}}}"#, "class: an identifier"),
    (#"{"share":{"mode":"half"},"executors":{"a":{"command":["/a"]}}}"#, "share.mode: one of"),
    (#"{"scratch":"tmp","executors":{"a":{"command":["/a"]}}}"#, "scratch: an absolute"),
  ])
  func refusesWithFileAndMember(_ text: String, _ message: String) throws {
    let error = #expect(throws: WorkerError(.configuration, "")) { try read(text) }
    let said = try #require(error?.message)
    #expect(said.hasPrefix("/etc/stemma/worker.json") && said.contains(message), "\(said)")
  }

  @Test func namesAFileThatIsNotThere() throws {
    let error = #expect(throws: WorkerError(.configuration, "")) {
      try WorkerConfiguration(contentsOf: "/nowhere/worker.json")
    }
    #expect(error?.message == "/nowhere/worker.json: No such file or directory")
  }
}
