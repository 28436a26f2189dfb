import AsyncHTTPClient
import Canonical
import NIOHTTP1
import StemmaCrypto
import Worker

/// Content of a job: fetched into its folder, and stored out of it.
struct JobContent {
  let client: PatientClient

  /// Fetches the inputs of an item, each checked against its digest.
  ///
  /// - Throws: `WorkerError` or status 1 where one cannot be had: a reason why the item fails.
  func fetch(_ item: WorkItem, into folder: JobFolder) async throws {
    for (number, input) in item.inputs.enumerated() {
      guard let content = input.content else {
        throw WorkerError(.input, "\(input.role): the content of \(input.ref) is not recorded here")
      }
      let path = folder.path(ofInput: number)
      guard input.isManifest else {
        try await fetch(content.digest, to: path)
        continue
      }
      let list = folder.path + "/manifest-\(number)"
      try await fetch(content.digest, to: list)
      let files = try InputManifest(
        parsing: try LocalFile.read(list, limit: InputManifest.maximumSize)
      ).files
      for file in files {
        try await fetch(file.digest, to: try folder.place(of: file, inInput: number))
      }
    }
    folder.closeInputs()
  }

  /// Fetches one piece of content into a file.
  func fetch(_ digest: Digest, to path: String) async throws {
    try await client.again {
      let file = try InputFile(path)
      try await client.client.download("content/\(digest)") { try file.write($0) }
      try file.finish(digest)
    }
  }

  /// Stores an output and what goes with it.
  func store(_ result: ExecutorResult) async throws {
    if let evidence = result.evidence { try await put(evidence.content.digest, evidence.path) }
    switch result.output {
    case .file(let path): try await put(result.content.digest, path)
    case .folder(let path, let list):
      for file in try InputManifest(parsing: list).files {
        try await put(file.digest, path + "/" + file.path)
      }
      _ = try await client.send(.PUT, "content/\(result.content.digest)") { .bytes(list) }
    }
  }

  private func put(_ digest: Digest, _ path: String) async throws {
    // Samples are often equal: what is there is not sent again.
    if (try? await client.client.send(.HEAD, "content/\(digest)")) != nil { return }
    _ = try await client.send(.PUT, "content/\(digest)") {
      .stream(try FileChunks(path), length: .unknown)
    }
  }
}
