import Lineage
import Postgres
import PostgresStore
import Records
import Store
import StoreFixtures
import Testing

/// One after the other: each has connections of its own, and a server has not many.
@Suite(.serialized) struct PostgresLineageTests {
  enum Portions: CaseIterable {
    case asTheyAre
    /// Every level and many a node comes in pieces, nothing ahead.
    case small
    /// Read ahead whenever it can be, and always cut.
    case smallAhead

    var portion: FrontierExpansion.Portion {
      var portion = FrontierExpansion.Portion()
      switch self {
      case .asTheyAre: break
      case .small: (portion.nodes, portion.rows, portion.narrow) = (3, 4, 0)
      case .smallAhead:
        portion.narrow = 1000
        (portion.ahead.levels, portion.ahead.rows, portion.ahead.fan) = (3, 40, 5)
      }
      return portion
    }
  }

  /// Fills, asks, commits, and asks again: an engine that does not have all of a snapshot waits for it.
  @Test(arguments: [1, 2] as [UInt64], Portions.allCases)
  func answersLikeThePlainOne(seed: UInt64, portions: Portions) async throws {
    let store = try await LineageStore(seed: seed, records: 700, portion: portions.portion)
    try await store.commit(25)
    let newest = Int(try await store.edges.progress().published)
    var suite = LineageConformance(store.lineage, like: store.history.graph, seed: seed)
    try await suite.ask(60, newest: newest)
    try await store.commit(from: 25)
    try await suite.ask(140)
    #expect(suite.differences.isEmpty, "\(suite.differences.first ?? "")")
    #expect(suite.compared > 400)
    #expect(suite.cut.count == 5, "\(suite.cut): every limit was met")
    await store.close()
  }

  @Test func theFeedGivesEveryReferenceInItsPlace() async throws {
    let store = try await LineageStore(seed: 4, records: 400)
    try await store.commit()
    let feed = PostgresLineageFeed(pool: store.pool)
    for (start, size, limit) in [(0, 400, 1000), (17, 400, 50), (399, 400, 1), (30, 41, 1000)] {
      let (start, size) = (Int64(start), Int64(size))
      let block = try await feed.block(from: start, below: size, limit: limit)
      let expected = try await store.history.graph.block(from: start, below: size, limit: limit)
      #expect(block.endIndex == min(size, start + Int64(limit)))
      #expect(block.kinds == expected.kinds)
      #expect(block.namespaces == expected.namespaces)
      #expect(block.namespaceNames == expected.namespaceNames)
      #expect(block.counts == expected.counts)
      #expect(block.targets == expected.targets)
      #expect(block.members == expected.members)
      #expect(block.roles == expected.roles)
      #expect(block.roleNames == expected.roleNames)
    }
    try await store.run("delete from record where index = 20")
    await #expect(throws: StoreError(.corrupt, "")) {
      try await feed.block(from: 17, below: 400, limit: 50)
    }
    await store.close()
  }

  /// What the migration finds out about records from before is what the commit writes.
  @Test func migratingAStoreThatHoldsRecordsWritesWhatTheCommitWould() async throws {
    let store = try await LineageStore(seed: 5, records: 900)
    try await store.commit()
    // Half of them erased, as far as the migration looks.
    try await store.run(
      """
      create table before as select index, members, roles from record;
      update record r set body = null, erased_by = 0, statement = convert_to(json_build_object(
          'references', coalesce((
            select json_agg(json_strip_nulls(
              json_build_object('member', '/' || m.name || '/0', 'role', e.role)) order by position)
            from unnest(r.members, r.roles) with ordinality as e (member, role, position)
            join (values \(Self.memberNames)) as m (number, name) on m.number = e.member
          ), '[]'))::text, 'UTF8')
        where index % 2 = 0;
      alter table record drop column members, drop column roles;
      drop table edge, edge_fill;
      """)
    let migration = try #require(Migrations.all.first { $0.number == 3 })
    try await store.run(String(decoding: migration.sql, as: UTF8.self))
    let kinds = try await store.number("select count(distinct kind) from record")
    #expect(kinds == Int64(Kind.allCases.count), "every kind is there")
    let different = try await store.number(
      """
      select count(*) from record r join before b on b.index = r.index
      where r.members <> b.members or r.roles is distinct from b.roles
      """)
    #expect(different == 0)
    await store.close()
  }

  private static let memberNames = ReferenceMember.allCases.map { "(\($0.rawValue), '\($0.name)')" }
    .joined(separator: ", ")
}
