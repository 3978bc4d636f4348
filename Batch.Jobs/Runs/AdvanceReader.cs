using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Runs;

/// <summary>
/// Where retirees are credited a year in advance: reads what other months of the year and leaves say of the people of a chunk, of those whom the run touches or to whom
/// it brings such a fact.
/// </summary>
internal sealed class AdvanceReader(AreaSession area, Chunk chunk, IReadOnlySet<int> taken)
{
    /// <param name="slice">The policy of the chunk's month.</param>
    /// <param name="whole">Everybody is computed.</param>
    public async Task FillAsync(PersonFacts[] persons, MonthPolicy slice, bool whole, CancellationToken cancellation)
    {
        if (!slice.PaysInAdvance || !Array.Exists(persons, p => p.InForce.Pension.Submission != 0))
        {
            return;
        }

        int[] unseen = await new ChunkReader(area).UnseenAsync(taken, cancellation);
        List<(string Table, YearMonth Month)> tables = [.. (await new MonthTables(area).ListAsync(["contribution", "pension"], cancellation))
            .Where(t => t.Month >= slice.AdvanceFrom && t.Month < slice.AdvanceFrom.PlusMonths(12))];
        HashSet<int> news = await NewsAsync(tables, slice.CreditsOnReceipt, cancellation);
        int[] some = [.. Enumerable.Range(0, persons.Length)
            .Where(i => persons[i].InForce.Pension.Submission != 0 && (whole || persons[i].Touched || persons[i].HasNewEvent || persons[i].HasNewNumber || news.Contains(chunk.FirstPerson + i)))
            .Select(i => chunk.FirstPerson + i)];
        foreach (int person in some)
        {
            persons[person - chunk.FirstPerson].Touched = true;
            persons[person - chunk.FirstPerson].InForce.Advance = new AdvanceMonths();
        }

        if (some.Length == 0)
        {
            return;
        }

        AdvanceMonths Of(int person) => persons[person - chunk.FirstPerson].InForce.Advance!;
        foreach ((string table, YearMonth month) in tables)
        {
            ReceiptCover? cover = table == "contribution" && slice.CreditsOnReceipt
                ? await ReceiptCover.ReadAsync(area, month, taken, unseen, cancellation)
                : null;
            foreach (int person in await InForceAsync((table, month), some, unseen, (slice.CreditsOnReceipt, cover), cancellation))
            {
                (table == "pension" ? Of(person).Pensions : Of(person).Contributions).Add(month);
            }
        }

        foreach ((int person, YearMonth month) in await area.ReadAsync(
            $"SELECT person_id, on_date FROM :area.person_event WHERE event = {PersonEvent.Left:D} AND person_id = ANY($1) AND submission_id <> ALL($2)",
            r => (r.GetInt32(0), r.GetFieldValue<DateOnly>(1).Month()), cancellation, some, unseen))
        {
            Of(person).Leaves.Add(month);
        }
    }

    /// <summary>Persons of the chunk of whom a taken submission tells something in the year that is no fact of the month itself.</summary>
    private async Task<HashSet<int>> NewsAsync(List<(string Table, YearMonth Month)> tables, bool onReceipt, CancellationToken cancellation)
    {
        if (taken.Count == 0)
        {
            return [];
        }

        IEnumerable<string> facts = tables.Where(t => t.Month != chunk.Month)
            .Select(t => $"SELECT person_id FROM {area.Part(t.Table, t.Month)} WHERE submission_id = ANY($1) AND person_id BETWEEN $2 AND $3");
        IEnumerable<string> received = onReceipt
            ? tables.Where(t => t.Table == "contribution" && t.Month != chunk.Month)
                .Select(t => $"SELECT person_id FROM ({PlanReader.ReceiptPersons(area.Schema, t.Month)}) r WHERE person_id BETWEEN $2 AND $3")
            : [];
        string all = string.Join(" UNION ", facts.Concat(received).Append($"SELECT person_id FROM :area.person_event WHERE event IN {PersonEvents.EndsOfWork} AND submission_id = ANY($1) AND person_id BETWEEN $2 AND $3"));
        return [.. await area.ReadAsync(all, r => r.GetInt32(0), cancellation, taken.ToArray(), chunk.FirstPerson, chunk.LastPerson)];
    }

    private async Task<List<int>> InForceAsync(
        (string Table, YearMonth Month) facts, int[] some, int[] unseen, (bool OnReceipt, ReceiptCover? Cover) credits, CancellationToken cancellation)
    {
        (string table, YearMonth month) = facts;
        string employer = table == "contribution" ? "employer_id, " : "";
        List<(int Person, bool Counts)> found = await area.ReadAsync(
            $"""
            SELECT person_id, submission_id, {(table == "contribution" ? "employer_id" : "0")} FROM (
                SELECT DISTINCT ON ({employer}person_id) * FROM {area.Part(table, month)} WHERE person_id = ANY($1) AND submission_id <> ALL($2)
                ORDER BY {employer}person_id, {FactVersions.LatestFirst}) latest
            WHERE state = {FactState.Accepted:D}
            """,
            r => (r.GetInt32(0), !credits.OnReceipt || (credits.Cover?.Covers(r.GetInt32(2), r.GetInt32(1)) ?? false)), cancellation, some, unseen);
        return [.. found.Where(f => f.Counts).Select(f => f.Person)];
    }
}
