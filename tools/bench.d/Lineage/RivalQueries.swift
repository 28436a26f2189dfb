import Postgres

/// Ways in which others ask PostgreSQL for everything that a record rests on, on the store's own tables.
enum Rival: String, CaseIterable {
  /// A recursive query that keeps each node once.
  case union
  /// As AiiDA writes it (`with_descendants` of its QueryBuilder): `UNION ALL` over pairs of node ids, a
  /// row for every path.
  case aiida
  /// As Marquez writes it (`getLineage` of its LineageDao): a mapping gathered into arrays, and a step wherever two of
  /// them overlap.
  case marquez

  /// One parameter, the root's index; one column, indices.
  var statement: Statement {
    switch self {
    case .union: Self.nodes
    case .aiida: Self.pairs
    case .marquez: Self.overlap
    }
  }

  /// AiiDA asks for links of two types; here these are the derivations, which have the numbers up to 8. Its own link
  /// table has an index a column and none that covers: it reads ours with more comfort.
  private static let pairs = Statement(
    "bench_aiida", [.int8],
    """
    with recursive walk (ancestor_id, descendant_id, depth) as (
      select link1.parent, link1.child, 0
      from record node1 join edge link1 on link1.child = node1.index
      where node1.index = $1 and link1.member <= 8
      union all
      select link2.parent, walk.descendant_id, walk.depth + 1
      from walk join edge link2 on link2.child = walk.ancestor_id
      where link2.member <= 8
    )
    select node2.index
    from record node1
    join walk on walk.descendant_id = node1.index
    join record node2 on node2.index = walk.ancestor_id
    where node1.index = $1
    """)

  private static let nodes = Statement(
    "bench_union", [.int8],
    """
    with recursive up (id) as (
      select $1
      union
      select edge.parent from up join edge on edge.child = up.id where edge.member <= 8
    )
    select id from up
    """)

  private static let overlap = Statement(
    "bench_marquez", [.int8],
    """
    with recursive job_io as (
      select job, array_agg(distinct dataset) filter (where io_type = 'INPUT') as inputs,
        array_agg(distinct dataset) filter (where io_type = 'OUTPUT') as outputs
      from rival.io_mapping group by job
    ), lineage (job, inputs, outputs, depth) as (
      select job, coalesce(inputs, '{}'), coalesce(outputs, '{}'), 0 from job_io where job = $1
      union
      select io.job, io.inputs, io.outputs, l.depth + 1
      from job_io io, lineage l
      where io.job != l.job and l.depth < 20
        and array_cat(io.inputs, io.outputs) && array_cat(l.inputs, l.outputs)
    )
    select distinct job from lineage
    """)

  /// What Marquez keeps: for every job (here every record) what it read and what it wrote.
  static let mapping = """
    create schema rival;
    create table rival.io_mapping as
      select child as job, parent as dataset, 'INPUT' as io_type from edge where member <= 8
      union all select index, index, 'OUTPUT' from record;
    create index on rival.io_mapping (job);
    analyze rival.io_mapping;
    """
}
