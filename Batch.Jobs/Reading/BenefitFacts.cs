using Batch.Jobs.Facts;
using Batch.Jobs.Ledger;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Reading;

/// <summary>What a person's benefits are folded from: the months that the ledger has money for and when it was posted, retirement and death.</summary>
public sealed class BenefitFacts
{
    private readonly YearMonth? _allocated;
    private readonly List<PaidMonth> _paid = [];
    private YearMonth? _firstPension;
    private YearMonth? _retiredIn;
    private YearMonth? _diedIn;

    /// <summary>Months in which an account was closed because the person went abroad for good or gave the insurance up.</summary>
    private readonly SortedSet<YearMonth> _leftIn = [];

    private BenefitFacts(YearMonth? allocated) => _allocated = allocated;

    /// <summary>The facts of a range of persons, of those that have any.</summary>
    /// <param name="through">Entries of later posting months are not seen.</param>
    public static async Task<SortedDictionary<int, BenefitFacts>> ReadAsync(
        AreaSession area, int firstPerson, int lastPerson, YearMonth through, CancellationToken cancellation)
    {
        SortedDictionary<int, BenefitFacts> persons = [];
        YearMonth? allocated = await AllocatedMonths.LastAsync(area, through, cancellation);
        // A month that was taken back and declared again counts from its first posting.
        await EachAsync(
            $"""
            SELECT a.person_id, e.contribution_month, min(e.posting_month) FILTER (WHERE e.person_paid_fen + e.employer_paid_fen > 0)
            FROM :area.entry e JOIN :area.account a USING (account_id)
            WHERE e.component = {Component.Contribution:D} AND a.person_id BETWEEN $1 AND $2 AND e.posting_month <= $3
            GROUP BY 1, 2 HAVING sum(e.person_paid_fen + e.employer_paid_fen) > 0
            """, (person, reader) => person._paid.Add(new PaidMonth(reader.GetFieldValue<DateOnly>(1).Month(), reader.GetFieldValue<DateOnly>(2).Month())));
        await EachAsync(
            $"""
            SELECT a.person_id, min(e.contribution_month) FROM :area.entry e JOIN :area.account a USING (account_id)
            WHERE e.component = {Component.Retiree:D} AND e.account_fen > 0 AND a.person_id BETWEEN $1 AND $2 AND e.posting_month <= $3 GROUP BY 1
            """, (person, reader) => person._firstPension = reader.GetFieldValue<DateOnly>(1).Month());
        await EachAsync(
            $"""
            SELECT DISTINCT ON (e.person_id, e.event) e.person_id, e.on_date, e.event FROM :area.person_event e JOIN :area.filed s USING (submission_id)
            WHERE e.event IN ({PersonEvent.Retired:D}, {PersonEvent.Died:D}) AND e.person_id BETWEEN $1 AND $2 AND s.month <= $3
            ORDER BY e.person_id, e.event, e.submission_id DESC, e.row_no DESC
            """, (person, reader) =>
            {
                YearMonth month = reader.GetFieldValue<DateOnly>(1).Month();
                person._retiredIn = reader.GetInt16(2) == (short)PersonEvent.Retired ? month : person._retiredIn;
                person._diedIn = reader.GetInt16(2) == (short)PersonEvent.Died ? month : person._diedIn;
            });
        await EachAsync(
            $"""
            SELECT e.person_id, e.on_date, e.value FROM :area.person_event e JOIN :area.filed s USING (submission_id)
            WHERE e.event = {PersonEvent.AccountClosed:D} AND e.person_id BETWEEN $1 AND $2 AND s.month <= $3 ORDER BY e.person_id, e.submission_id, e.row_no
            """, (person, reader) => person.Close(reader.GetFieldValue<DateOnly>(1).Month(), reader.Text(2)));
        return persons;

        async Task EachAsync(string sql, Action<BenefitFacts, NpgsqlDataReader> take)
        {
            await using NpgsqlCommand command = area.LongCommand(sql);
            command.Parameters.AddWithValue(firstPerson);
            command.Parameters.AddWithValue(lastPerson);
            command.Parameters.AddWithValue(through.FirstDay());
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                if (!persons.TryGetValue(reader.GetInt32(0), out BenefitFacts? person))
                {
                    persons.Add(reader.GetInt32(0), person = new BenefitFacts(allocated));
                }

                take(person, reader);
            }
        }
    }

    // The latest word on a closing counts: it may be of another ground, or withdrawn.
    private void Close(YearMonth month, string? ground)
    {
        if (ground is nameof(Ground.Emigration) or nameof(Ground.GivingUp))
        {
            _leftIn.Add(month);
        }
        else
        {
            _leftIn.Remove(month);
        }
    }

    /// <summary>
    /// The month after which the person has no benefits any more because the insurance was ended 出境定居、放弃参保 and the account paid out; null: never, or enrolled again since.
    /// </summary>
    public YearMonth? LeftIn =>
        _leftIn.Count == 0 || _paid.Exists(p => p.Month > _leftIn.Max) || (_retiredIn ?? _firstPension) > _leftIn.Max ? null : _leftIn.Max;

    /// <summary>The spells up to a month. Without a retirement on record the first month credited as a retiree tells it.</summary>
    public IReadOnlyList<BenefitSpell> Fold(YearMonth through, PolicyInForce policy)
    {
        YearMonth? retiredFrom = _retiredIn is { } retired ? retired.PlusMonths(Slice(retired, policy).RetirementOffset) : _firstPension;
        YearMonth? left = LeftIn, endedIn = left < _diedIn ? left : _diedIn ?? left;
        return BenefitTimeline.Fold([.. _paid, .. left is null ? NotYetDue(through) : []], retiredFrom, endedIn, through, month => Slice(month, policy));
    }

    // Months for which nobody's contribution has come suspend nobody: who paid for the last month before them keeps the status of that month.
    private IEnumerable<PaidMonth> NotYetDue(YearMonth through)
    {
        if (_allocated is { } last && _paid.Exists(p => p.Month == last))
        {
            for (YearMonth month = last.Next(); month <= through; month = month.Next())
            {
                yield return new PaidMonth(month, month);
            }
        }
    }

    // Months that no policy covers are judged by the first that does.
    private static MonthPolicy Slice(YearMonth month, PolicyInForce policy)
    {
        for (YearMonth at = month; ; at = at.Next())
        {
            if (policy.TryFor(at) is { } slice)
            {
                return slice;
            }

            if (at > month.PlusMonths(600))
            {
                return policy.For(month);
            }
        }
    }
}
