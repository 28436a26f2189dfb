import Canonical
import Lineage
import Records
import StemmaCrypto
import Testing

@Suite struct StoryTests {
  @Test func tellsOfAnOutputInPlainSentences() throws {
    var made = MadeRecords()
    let served = try ServedModel(in: &made)
    let story = try made.story(of: served.run.first)
    let whole = Story.Topic.allCases.map {
      "\($0.title)\n" + story.told($0).joined(separator: "\n")
    }
    #expect(
      whole.dropLast().joined(separator: "\n\n") == """
        What it is
        This is the output “labels”: bytes, application/octet-stream, 6 B.
        It was produced on 2026-11-24 12:00:00 UTC and recorded on 2026-11-24 12:00:22 UTC by admin.
        Its caller knows it by the key run/1/0.

        Which model made it
        It was made by the model models/m@production, npy, 7 B, promoted from an output.
        The name models/m@production pointed to this model when this output was recorded.
        This model is an output that was promoted: output model, key run/0/0, application/octet-stream, 7 B, on nvidia-a100-sxm4-80gb (whole).
        That output was made on 2026-11-24 12:00:00 UTC, on nvidia-a100-sxm4-80gb (whole), driver 570.86.15, by the execution 00000000, one process.
        The one process of that run started and ended with exit code 0.
        It was made from data: input datasets/d@latest, text/csv, 4 B, under the same context as this output.

        What went in
        As “data”: input text/csv, 5 B.

        What was prescribed
        Parameters: c = 0.01, steps.all = 400, steps.warm = 10.
        It should come out the same again on the same device class (run_to_run).

        Where it ran
        It ran on nvidia-a100-sxm4-80gb (whole), driver 570.86.15.
        It was run by the execution 00000000, one process.
        The one process of this run started and ended with exit code 0.
        Its environment: image = train:7, threads = 8.

        What it rests on further up


        How it compares
        Its view (the same model, inputs and context) has 1 other output, with the same bytes.
        Nobody has judged how they compare: no verdict is recorded.

        Labels, retractions and erasures
        Neither it nor anything that it rests on is recorded as labelled, retracted or erased.

        What is not known
        The devices are what the run itself said of them: nobody has attested it.
        """)
    #expect(story.told(.proof).first?.contains("stemma receipt \(served.run.first)") == true)
  }

  /// What a sentence rests on can be looked up in the graph that the story was made from.
  @Test func everySentenceNamesItsRecords() throws {
    var made = MadeRecords()
    let served = try ServedModel(in: &made)
    let graph = try made.lineage(of: served.run.first)
    let known = Set((graph.nodes + graph.beside).map(\.digest)).union([served.run.second])
    for section in try made.story(of: served.run.first).sections {
      for sentence in section.sentences {
        #expect(Set(sentence.records).isSubset(of: known))
        #expect(sentence.records.isEmpty == sentence.text.hasPrefix("Neither it nor"))
      }
    }
  }

  @Test func tellsOfAModelAndWhatItIsCalled() throws {
    var made = MadeRecords()
    let served = try ServedModel(in: &made)
    let told = try made.story(of: served.model).told(.subject)
    #expect(
      told.contains("The name models/m@production points to it, since 2026-11-24 12:00:14 UTC."))
    #expect(told.contains { $0.hasPrefix("It is an output that was promoted: output model") })
    #expect(told.contains { $0.hasPrefix("It was made from data: input datasets/d@latest") })
  }

  @Test func tellsWhenANamePointedToTheModel() throws {
    var made = MadeRecords()
    let served = try ServedModel(in: &made)
    let late = try made.add(.name, ["name": "models/m@late", "target": JSONValue(served.model)])
    let away = try made.add(
      .name,
      [
        "name": "models/m@production", "target": JSONValue(served.training.data),
        "previous": JSONValue(served.move),
      ])
    let told = try made.story(of: served.run.first).told(.model)
    #expect(
      told.contains { $0.contains("m@production pointed to this model when this output was") })
    #expect(told.contains { $0.contains("m@late came to point to this model on") })
    let again = try TrainingRun(data: "later", name: "labels", model: served.model, run: 2)
      .record(in: &made).first
    let later = try made.story(of: again).told(.model)
    let moved = try time(of: away, in: made)
    #expect(
      later.contains(
        "The name models/m@production pointed to this model from 2026-11-24 12:00:14 UTC until \(moved)."
      ))
    #expect(later.contains { $0.contains("m@late pointed to this model when") })
    #expect(try made.story(of: late).told(.subject).count == 2)
  }

  @Test func saysThatNobodyRecordedHowAModelWasMade() throws {
    var made = MadeRecords()
    let base = try made.add(
      .model, ["content": MadeRecords.content("base"), "format": "safetensors"])
    let tuned = try made.add(
      .model,
      [
        "content": MadeRecords.content("tuned"), "format": "safetensors",
        "base": [JSONValue(base)],
      ])
    #expect(try made.story(of: base).told(.subject).last == "How it was made is not recorded.")
    #expect(
      try made.story(of: tuned).told(.subject).suffix(2) == [
        "It was made out of model safetensors, 4 B.",
        "How it was made out of them is not recorded.",
      ])
  }

  @Test func tellsOfOutputsFurtherUp() throws {
    var made = MadeRecords()
    let cleaned = try TrainingRun(data: "raw", name: "clean", result: "cleaned", run: 5)
      .record(in: &made)
    let served = try ServedModel(
      in: &made, training: TrainingRun(inputs: [("clean", cleaned.first)]))
    let told = try made.story(of: served.run.first).told(.earlier)
    #expect(told.first?.hasPrefix("An output: output clean") == true)
    #expect(told.last?.hasPrefix("It was made from data: input text/csv, 3 B") == true)
  }

  @Test func isHarmlessWhateverARecordHolds() throws {
    var made = MadeRecords()
    let run = try TrainingRun(
      parameters: ["\u{1B}[31mred": "a\nb\u{202E}c", "key\u{7}": ["nested\u{9B}": 1]]
    ).record(in: &made)
    let lines = try made.story(of: run.first).lines
    #expect(lines.contains { $0.contains("a b\\u{202e}c") })
    for line in lines {
      #expect(
        !line.unicodeScalars.contains { $0.value < 0x20 || $0 == "\u{9B}" || $0 == "\u{202E}" })
    }
  }

  private func time(of digest: Digest, in made: MadeRecords) throws -> String {
    let stamp = try made.lineage(of: digest).nodes[0].committedAt
    return "\(stamp.prefix(10)) \(stamp.dropFirst(11).prefix(8)) UTC"
  }
}
