using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Jobs.Intake;

/// <summary>
/// Moves contributions or pensions from one person to another by new versions: those of the one are withdrawn, the other gets them as if they had come for that
/// person. Of one employer and month the later line counts; two employers in one month are held.
/// </summary>
internal sealed class DeclarationMoves<TFact>(AreaSession area, MoveDrafts drafts)
    where TFact : struct, IDeclaredFact<TFact>
{
    private sealed record Version(TFact Said, int Submission, YearMonth Filed);

    public async Task MoveAsync(int from, int to, CancellationToken cancellation)
    {
        FactTables tables = new(area, TFact.Table);
        FactWriter<TFact> writer = new(area, tables);
        foreach (YearMonth month in await MonthsAsync(cancellation))
        {
            List<Version> versions = await VersionsAsync(month, "person_id = ANY($1)", [from, to], cancellation);
            Dictionary<int, Version> moved = InForce(versions, from), own = InForce(versions, to);
            if (moved.Count > 0)
            {
                Move(writer, to, moved, own);
            }
        }

        await writer.FlushAsync(cancellation);
        await tables.CloseAsync(cancellation);
    }

    private void Move(FactWriter<TFact> writer, int to, Dictionary<int, Version> moved, Dictionary<int, Version> own)
    {
        foreach (Version line in moved.Values)
        {
            Add(writer, line.Said.As(FactState.Withdrawn, 0), drafts.Of(line.Filed));
        }

        List<Version> lines = [.. moved.Values.Where(m => !own.TryGetValue(m.Said.Employer, out Version? other) || other.Submission < m.Submission)];
        List<Version> stay = [.. own.Values.Where(o => !lines.Exists(l => l.Said.Employer == o.Said.Employer))];
        bool contested = lines.Select(l => l.Said.Employer).Concat(stay.Select(s => s.Said.Employer)).Distinct().Count() > 1;
        foreach (Version line in lines)
        {
            FileDraft draft = drafts.Of(line.Filed);
            FactState state = contested ? FactState.Held : line.Said.State;
            TFact fact = line.Said.Of(to);
            Add(writer, fact.As(state, MoveDrafts.Count(draft, fact, state)), draft);
        }

        foreach (Version held in contested && lines.Count > 0 ? stay.Where(s => s.Said.State == FactState.Accepted) : [])
        {
            Add(writer, held.Said.As(FactState.Held, 0), drafts.Of(lines[0].Filed));
        }
    }

    /// <summary>Chosen lines of one person become another's.</summary>
    /// <exception cref="DataFaultException">PART_NOT_POSSIBLE: the other has a line of the same employer and month.</exception>
    public async Task PartAsync(PartedRows parted, CancellationToken cancellation)
    {
        FactTables tables = new(area, TFact.Table);
        FactWriter<TFact> writer = new(area, tables);
        foreach (YearMonth month in await MonthsAsync(cancellation))
        {
            List<Version> versions = await VersionsAsync(month, "person_id = ANY($1)", [parted.From, parted.To], cancellation);
            Dictionary<int, Version> own = InForce(versions, parted.To);
            Dictionary<int, Version> moved = InForce(versions, parted.From).Where(v => parted.Rows.Contains((v.Value.Submission, v.Value.Said.Row))).ToDictionary();
            if (moved.Keys.Any(own.ContainsKey))
            {
                throw Partings.NotPossible(
                    $"另一人在 {month.Text()} 已有同一单位的记录，请先更正。", $"The other person has a line of the same employer for {month.Text()} already; correct it first.");
            }

            if (moved.Count > 0)
            {
                Move(writer, parted.To, moved, own);
            }

            foreach (Version line in moved.Count + own.Count > 1 ? [] : moved.Values.AsEnumerable())
            {
                await parted.Postings.AddMonthAsync(line.Said, null, cancellation);
            }
        }

        await writer.FlushAsync(cancellation);
        await tables.CloseAsync(cancellation);
    }

    /// <summary>Puts back what was in force before a join; of what came since, the rows named become the other person's.</summary>
    public async Task RestoreAsync(UndoneJoin join, CancellationToken cancellation)
    {
        FactTables tables = new(area, TFact.Table);
        FactWriter<TFact> writer = new(area, tables);
        foreach (YearMonth month in await MonthsAsync(cancellation))
        {
            List<Version> versions = await VersionsAsync(month, "person_id = ANY($1)", [join.Stays, join.Other], cancellation);
            await RestoreAsync(writer, month, versions, join, cancellation);
        }

        await writer.FlushAsync(cancellation);
        await tables.CloseAsync(cancellation);
    }

    private async Task RestoreAsync(FactWriter<TFact> writer, YearMonth month, List<Version> versions, UndoneJoin join, CancellationToken cancellation)
    {
        Dictionary<(int Person, int Employer), Version?> then = [];
        List<TFact> gone = [];
        foreach (IGrouping<(int Person, int Employer), Version> key in versions.GroupBy(v => (v.Said.Person, v.Said.Employer)))
        {
            Version latest = Latest(key);
            bool joined = key.Any(v => join.Brought(v.Submission));
            Version[] earlier = [.. key.Where(v => v.Submission < join.Submissions.Min())];
            Version? before = joined && earlier.Length > 0 ? Latest(earlier) : null;
            if (join.Brought(latest.Submission))
            {
                then.TryAdd(key.Key, before);
            }
            else if (key.Key.Person == join.Stays && join.Goes.Contains((latest.Submission, latest.Said.Row)))
            {
                then[key.Key] = before;
                then[(join.Other, key.Key.Employer)] = latest with { Said = latest.Said.Of(join.Other) };
                gone.Add(latest.Said);
            }
        }

        bool contested = then.Count(t => t.Key.Person == join.Other && t.Value?.Said.State == FactState.Accepted) > 1;
        foreach (TFact line in contested ? [] : gone)
        {
            await join.Postings.AddMonthAsync(line, join.Runs, cancellation);
        }

        foreach (((int person, int employer), Version? version) in then)
        {
            FileDraft draft = drafts.Of(version?.Filed ?? month);
            FactState state = contested && person == join.Other && version?.Said.State == FactState.Accepted ? FactState.Held : version?.Said.State ?? FactState.Withdrawn;
            Add(writer, version is not null && state != FactState.Withdrawn
                ? version.Said.As(state, MoveDrafts.Count(draft, version.Said, state))
                : TFact.Withdrawn(month, person, employer), draft);
        }
    }

    private static void Add(FactWriter<TFact> writer, in TFact fact, FileDraft draft)
    {
        writer.Add(fact, draft.Submission);
        draft.CountFact(TFact.Table, fact.Month);
    }

    // By employer, without what is withdrawn. A month is paid when it was first declared.
    private static Dictionary<int, Version> InForce(List<Version> versions, int person) => versions.Where(v => v.Said.Person == person).GroupBy(v => v.Said.Employer)
        .Select(k => Latest(k) with { Filed = k.Where(v => v.Said.State != FactState.Withdrawn).Select(v => v.Filed).DefaultIfEmpty(Latest(k).Filed).Min() })
        .Where(v => v.Said.State != FactState.Withdrawn).ToDictionary(v => v.Said.Employer);

    private static Version Latest(IEnumerable<Version> versions) => versions.OrderBy(v => v.Submission).ThenBy(v => v.Said.Row <= 0).ThenBy(v => v.Said.Row).Last();

    private async Task<List<YearMonth>> MonthsAsync(CancellationToken cancellation) =>
        [.. (await new MonthTables(area).ListAsync([TFact.Table], cancellation)).Select(t => t.Month)];

    private Task<List<Version>> VersionsAsync(YearMonth month, string which, int[] keys, CancellationToken cancellation) => area.ReadAsync(
        $"""
        SELECT {TFact.Selected}, (SELECT f.month FROM :area.filed f WHERE f.submission_id = v.submission_id) FROM {area.Part(TFact.Table, month)} v WHERE {which}
        """,
        r => new Version(TFact.Read(r, month), r.GetInt32(DeclaredFacts.SubmissionColumn), r.GetFieldValue<DateOnly>(r.FieldCount - 1).Month()), cancellation, keys);
}

/// <summary>A join that is undone: what it moved from the other person to the one who stays.</summary>
/// <param name="Submissions">Of the join.</param>
/// <param name="Runs">That have posted it.</param>
/// <param name="Goes">Rows recorded for the one who stays since, which are the other person's.</param>
internal sealed record UndoneJoin(int Stays, int Other, int[] Submissions, int[] Runs, HashSet<(int Submission, int Row)> Goes, MovedPostings Postings)
{
    public bool Brought(int submission) => Submissions.Contains(submission);
}

/// <summary>Why two numbers are not joined, or a join is not undone.</summary>
internal static class JoinRefusal
{
    public static DataFaultException BuiltUpon(YearMonth month) => new(
        "JOIN_BUILT_UPON", $"此后 {month.Text()} 已有新的报送或决定，不能整体撤销。", $"Something has been sent or decided for {month.Text()} since, so it is not undone as a whole.");

    public static DataFaultException NotPossible(string chinese, string english) => new("JOIN_NOT_POSSIBLE", chinese, english);
}
