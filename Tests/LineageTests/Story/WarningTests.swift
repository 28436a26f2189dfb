import Canonical
import Lineage
import Records
import StemmaCrypto
import Testing

/// What must be known before a record is trusted, and what nobody knows.
@Suite struct WarningTests {
  @Test func tellsOfARetractedInputAndItsReplacement() throws {
    var made = MadeRecords()
    let served = try ServedModel(in: &made)
    let better = try made.input("better rows")
    try made.add(
      .retraction,
      [
        "subject": JSONValue(served.training.data), "reason": "licence withdrawn",
        "effect": "from_now", "replacement": JSONValue(better),
      ], principal: "auditor")
    let story = try made.story(of: served.run.first)
    let told = try #require(story.told(.warnings).first)
    #expect(told.hasPrefix("RETRACTED: The input datasets/d@latest, text/csv, 4 B, on "))
    #expect(
      told.hasSuffix(
        "by auditor: it was good until then, and is not to be used any more (licence withdrawn). Use input text/csv, 11 B instead."
      ))
    #expect(story.told(.warnings).last?.hasSuffix("is recorded as labelled or erased.") == true)
    #expect(
      story.told(.model).last?.contains("data: input datasets/d@latest, text/csv, 4 B (retracted)")
        == true)
  }

  @Test func tellsThatAnotherViewTookItsPlace() throws {
    var made = MadeRecords()
    let old = try TrainingRun().record(in: &made)
    let new = try TrainingRun(data: "better rows", run: 1).record(in: &made)
    try made.add(
      .succession,
      [
        "from": JSONValue(old.view), "to": JSONValue(new.view), "because": [JSONValue(new.data)],
      ])
    let successor = "view model, bytes, application/octet-stream, over 1 input"
    #expect(
      try made.story(of: old.first).told(.warnings)[0]
        .hasPrefix("SUPERSEDED: \(successor) took the place of its view on "))
    #expect(
      try made.story(of: new.first).told(.warnings)[0]
        .hasPrefix("Its view took the place of \(successor) on "))
  }

  @Test func tellsOfALabelAndWhetherItsChangeWasApproved() throws {
    var made = MadeRecords()
    let data = try made.input("rows")
    let high = try made.add(
      .label, ["subject": JSONValue(data), "label": "pii", "reason": "names in it"])
    let low = try made.add(
      .label,
      [
        "subject": JSONValue(data), "label": "internal", "reason": "names removed",
        "previous": JSONValue(high),
      ])
    try made.add(.approval, ["subject": JSONValue(low)], principal: "admin")
    let alone = try made.story(of: data).told(.warnings)[0]
    #expect(alone.contains("is labelled internal since"))
    #expect(alone.hasSuffix("before that pii, and nobody else has approved the change."))
    try made.add(
      .approval, ["subject": JSONValue(low), "salt": "aaaaaaaaaaaaaaaa"], principal: "second")
    #expect(
      try made.story(of: data).told(.warnings)[0].hasSuffix("and second approved the change."))
  }

  @Test func tellsWhatWasErased() throws {
    var made = MadeRecords()
    let served = try ServedModel(in: &made)
    try made.erase(served.run.context)
    try made.erase(served.run.data, "content")
    let story = try made.story(of: served.run.first)
    #expect(
      story.told(.context).first
        == "The context was erased: what it prescribed can no longer be read.")
    let told = story.told(.warnings)
    #expect(
      told.contains { $0.hasPrefix("The record itself of the context erased was destroyed on") })
    #expect(
      told.contains { $0.hasPrefix("The content of the input text/csv, 5 B was destroyed on") })
    #expect(told.last?.contains("labelled or retracted") == true)
    #expect(story.told(.unknown).first?.hasPrefix("1 record cannot be read any more") == true)
  }

  @Test func tellsThatAGangIsIncomplete() throws {
    var made = MadeRecords()
    let run = try TrainingRun(gang: 4, started: 3).record(in: &made)
    let told = try made.story(of: run.first).told(.run)
    #expect(told.contains("Incomplete: 3 of 4 ranks of this run are known to have started."))
    #expect(
      try made.story(of: run.execution).told(.run).first
        == "Incomplete: 3 of 4 ranks of this run are known to have started.")
    let whole = try TrainingRun(gang: 4, run: 1).record(in: &made)
    #expect(
      try made.story(of: whole.first).told(.run)
        .contains("All 4 ranks of this run started and ended with exit code 0."))
  }

  @Test func tellsHowRanksEnded() throws {
    var made = MadeRecords()
    let execution = try made.add(
      .execution,
      [
        "id": "00000000-0000-4000-8000-000000000001",
        "gang": ["system": "slurm", "id": "77", "size": 3],
      ])
    let device = try made.add(.device, ["class": "cpu-x86_64", "share": ["mode": "unknown"]])
    var ranks: [Digest] = []
    for (rank, attempt) in [(0, 0), (1, 0), (2, 0), (2, 1)] {
      ranks.append(
        try made.add(
          .rank,
          [
            "execution": JSONValue(execution), "rank": .integer(Int64(rank)),
            "attempt": .integer(Int64(attempt)), "devices": [["device": JSONValue(device)]],
            "startedAt": .string(MadeRecords.time(0)),
          ]))
    }
    for (rank, exit) in [(0, ["code": 3]), (2, ["signal": 9])] as [(Int, JSONValue)] {
      try made.add(
        .ended,
        [
          "rank": JSONValue(ranks[rank]), "endedAt": .string(MadeRecords.time(1)), "exit": exit,
        ])
    }
    let run = try TrainingRun().record(in: &made)
    let output = try made.add(
      .output,
      [
        "view": JSONValue(run.view), "execution": JSONValue(execution),
        "devices": [JSONValue(device)], "sample": "s", "producedAt": .string(MadeRecords.time(0)),
        "content": MadeRecords.content("other"),
      ])
    let story = try made.story(of: output)
    // The second attempt of rank 2 is the one that counts.
    #expect(
      story.told(.run).suffix(3) == [
        "All 3 ranks of this run started.", "Rank 0 ended with exit code 3.",
        "Ranks 1, 2 are not known to have ended.",
      ])
    #expect(
      story.told(.run).first
        == "It ran on cpu-x86_64 (how much of it is not known), driver not recorded.")
    #expect(
      story.told(.comparison).first
        == "Its view (the same model, inputs and context) has 2 other outputs, none with the same bytes."
    )
  }

  @Test func tellsOfVerdicts() throws {
    var made = MadeRecords()
    let run = try TrainingRun().record(in: &made)
    try made.add(
      .verdict,
      [
        "outputs": .array([run.first, run.second].sorted().map(JSONValue.init)),
        "verdict": "bit_identical", "flags": ["reordered"], "tests": [], "looks": 1,
        "method": "bytes/1",
      ])
    let told = try made.story(of: run.first).told(.comparison)
    #expect(told[0].hasPrefix("admin compared it with 1 other output on "))
    #expect(told[0].hasSuffix(": the same bytes, flagged reordered."))
    #expect(told.count == 2)
  }

  @Test func saysWhatWasNotLookedAt() throws {
    var made = MadeRecords()
    let served = try ServedModel(in: &made)
    var query = LineageQuery(
      start: [try made.index(of: served.run.first)], direction: .up, size: 1000,
      namespaces: ["main"])
    query.depth = 1
    let story = try Story(of: made.pool.lineage(query, .up))
    #expect(story.truncation == .depth)
    #expect(
      story.told(.unknown).first
        == "The walk up was cut (depth): there is more than this story tells of.")
    #expect(story.told(.warnings).isEmpty)
    #expect(story.told(.inputs).isEmpty)
    #expect(story.told(.comparison).isEmpty)
  }

  @Test func saysThatAnInputStandsForARecordElsewhere() throws {
    var made = MadeRecords()
    let elsewhere = try made.add(
      .input, ["unrecorded": JSONValue(SHA256.digest(of: [1]))])
    let told = try made.story(of: elsewhere).told(.unknown)
    #expect(told == ["1 input stands for records of other sites, which are not here."])
  }
}
