import Canonical
import Judging
import NIOHTTP1
import Payloads
import Records
import StemmaCrypto
import Worker

/// Holds a new output against the earliest one of its view that is not disowned.
///
/// The first output of a view has no sibling. Where the view took another's place, how far the output drifted from the
/// other's is told, which is no verdict: they are answers to two questions.
struct SiblingJudge {
  let client: PatientClient
  /// Takes the payloads.
  let folder: JobFolder

  struct Finding {
    let judgement: Judgement
    let against: Digest
    /// Nil for drift.
    let verdict: Digest?
  }

  /// What came of it.
  enum Outcome {
    case judged(Finding)
    /// There is nothing to hold it against, or it was judged before.
    case nothing
    /// Why it could not be.
    case impossible(String)
  }

  /// Judges an output of `view`, and commits the verdict.
  ///
  /// - Parameter predecessor: an output of the view whose place this one took.
  /// - Throws: where the server is away; everything else is no reason to lose the output.
  func judge(_ output: Digest, of view: Digest, predecessor: Digest?) async throws -> Outcome {
    do {
      guard let siblings = try await siblings(of: output, view) else { return .nothing }
      if let reference = siblings.reference {
        if siblings.isJudged { return .nothing }
        return try await verdict(output, reference, siblings.number, view)
      }
      guard let predecessor else { return .nothing }
      return try await drift(output, from: predecessor)
    } catch let error as PayloadError {
      return .impossible("\(error)")
    } catch let error as JudgingError {
      return .impossible(error.message)
    } catch let error as WorkerError {
      return .impossible(error.message)
    } catch let failure as CommandFailure where failure.status == 1 {
      return .impossible(failure.message)
    }
  }

  private typealias Siblings = (reference: Digest?, number: Int, isJudged: Bool)

  /// The earliest sibling before `output`, and how many there are; nil where `output` is disowned or no output.
  private func siblings(of output: Digest, _ view: Digest) async throws -> Siblings? {
    var (reference, number, after): (Digest?, Int, Int64?) = (nil, 0, nil)
    repeat {
      let query = QueryString([("limit", "1000"), ("after", after.map(String.init))]).text
      let page = try await client.get("views/\(view)/outputs" + query)
      for node in page["outputs"]?.elements.map(\.self) ?? [] {
        let isDisowned = node["disowned"]?.bool == true
        if node["digest"]?.digest == output {
          if isDisowned { return nil }
          let with = node["verdicts"]?.elements.flatMap { verdict in
            verdict["with"]?.elements.compactMap(\.digest) ?? []
          }
          return (reference, number, reference.map { with?.contains($0) == true } ?? false)
        }
        if !isDisowned { (reference, number) = (reference ?? node["digest"]?.digest, number + 1) }
      }
      after = page["next"]?.integer
    } while after != nil
    return nil
  }

  private func verdict(
    _ output: Digest, _ reference: Digest, _ number: Int, _ view: Digest
  ) async throws -> Outcome {
    guard let first = try await read(reference), let second = try await read(output) else {
      return .impossible("the output's record cannot be read")
    }
    let planned = first.contract.nMax.map { max(1, $0 - 1) } ?? 1
    let judgement = try await judgement(
      first, second, view: view, Looks(number: number, planned: planned))
    let record: JSONValue = .object(
      [
        ("kind", "verdict"), ("v", 1),
        ("outputs", .array([reference, output].sorted().map { .string($0.description) })),
      ] + judgement.recordMembers)
    let answer = try await client.post("commits", ["records": [["record": record]]])
    let digest = try answer.json()["records"]?.elements.map(\.self).first?["digest"]?.digest
    return .judged(Finding(judgement: judgement, against: reference, verdict: digest))
  }

  private func drift(_ output: Digest, from predecessor: Digest) async throws -> Outcome {
    guard let first = try await read(predecessor), let second = try await read(output) else {
      return .impossible("the predecessor's output cannot be read")
    }
    let judgement = try await judgement(first, second, view: nil, .single)
    return .judged(Finding(judgement: judgement, against: predecessor, verdict: nil))
  }

  private func read(_ output: Digest) async throws -> JudgedOutput? {
    let record = try await client.get("records/\(output)")
    guard let view = record["view"]?.digest else { return nil }
    let device = record["devices"]?.elements.compactMap(\.digest).first
    var deviceRecord: JSONNode?
    if let device { deviceRecord = try await client.get("records/\(device)") }
    return try JudgedOutput(
      output, record: record, view: try await client.get("records/\(view)"), device: deviceRecord)
  }

  /// - Parameter view: nil where they are of two views.
  private func judgement(
    _ reference: JudgedOutput, _ recomputed: JudgedOutput, view: Digest?, _ looks: Looks
  ) async throws -> Judgement {
    var declared = DeclaredPair(
      reference: reference.declaration(
        view: view, evidence: try await fetchEvidence(reference, "reference")),
      recomputed: recomputed.declaration(
        view: view, evidence: try await fetchEvidence(recomputed, "recomputed")))
    (declared.contract, declared.looks) = (reference.contract, looks)
    let isFolder = reference.content == nil || recomputed.content == nil
    if reference.type == .bytes || isFolder {
      // A list of files is judged as what it is: by its name.
      let admission = Terms.admit(
        reference: declared.reference, recomputed: declared.recomputed,
        contract: declared.contract, looks: looks)
      if case .refused(let judgement) = admission { return judgement }
      guard reference.type == .bytes || reference.identity == recomputed.identity else {
        throw WorkerError(.output, "folders of type \(reference.type.rawValue) are not judged")
      }
      return BytesJudge.judgement(
        reference: reference.identity, recomputed: recomputed.identity, looks: looks)
    }
    let pair = FilePair(
      reference: try await fetch(reference.identity, reference.mediaType, "reference"),
      recomputed: try await fetch(recomputed.identity, recomputed.mediaType, "recomputed"),
      declared: declared)
    let seeds = SeedRule(
      view: view?.description ?? "", reference: reference.identity,
      recomputed: recomputed.identity)
    let calibration = try await calibration(for: reference, recomputed, of: view)
    // Hours of a processor, for large outputs: no heartbeat may wait for that.
    let result = await onThread { () -> Result<Judgement, PayloadError> in
      do throws(PayloadError) {
        return .success(try pair.judgement(seeds: seeds, calibration: calibration))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  /// What honest pairs of such outputs were measured to drift by; nil for outputs of two views, and where too few are known.
  private func calibration(
    for reference: JudgedOutput, _ recomputed: JudgedOutput, of view: Digest?
  ) async throws -> Calibration? {
    guard let view, let key = reference.envelopeKey(with: recomputed) else { return nil }
    let answer = try await client.get("views/\(view)/envelopes")
    for node in answer["envelopes"]?.elements.map(\.self) ?? [] {
      guard node["key"]?.isText(Array(key.utf8)) == true else { continue }
      let found = try Calibration(node)
      return found.envelopes.values.contains(where: \.isUsable) ? found : nil
    }
    return nil
  }

  private func fetchEvidence(
    _ output: JudgedOutput, _ side: String
  ) async throws -> String? {
    guard let evidence = output.evidence else { return nil }
    return try await fetch(evidence.digest, evidence.mediaType, side + "-evidence")
  }

  private func fetch(
    _ digest: Digest, _ mediaType: String, _ name: String
  ) async throws -> String {
    let path = folder.judging + "/" + name + JudgedOutput.suffix(of: mediaType)
    try await JobContent(client: client).fetch(digest, to: path)
    return path
  }
}
