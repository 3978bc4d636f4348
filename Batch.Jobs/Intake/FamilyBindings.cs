using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Intake;

/// <summary>A member 成员 for whom another person's account pays 家庭共济, from a day to a day, both included.</summary>
/// <param name="Member">First 17 digits of the member's number; a member need not be insured here.</param>
/// <param name="Relation">a word of <see cref="Relative"/>, as policy files write it.</param>
public sealed record FamilyBinding(int Payer, long Member, string Relation, LocalDate From)
{
    public LocalDate? To { get; set; }

    public bool Covers(LocalDate day) => From <= day && !(To < day);
}

/// <summary>The bindings on record of some payers and members, with what earlier lines of the same transaction changed.</summary>
public sealed class FamilyBindings(AreaSession area)
{
    private readonly List<FamilyBinding> _bindings = [];
    private readonly List<FamilyBinding> _added = [];
    private readonly Dictionary<long, int> _persons = [];

    public IReadOnlyList<FamilyBinding> All => [.. _bindings, .. _added];

    public static bool Is(PersonEvent change) => change is PersonEvent.FamilyBound or PersonEvent.FamilyUnbound;

    /// <summary>The member that a line names.</summary>
    public static long MemberOf(in PersonsLine line) => NumberOf(line.Value!).Digits17;

    // The number was read from a file before, so it is one.
    private static CitizenId NumberOf(string value)
    {
        _ = CitizenId.TryParse(value.AsSpan(0, 18).TrimEnd(), LocalDate.MaxIsoValue, out CitizenId member);
        return member;
    }

    /// <summary>Reads the bindings in which any of these pays or is paid for, by whichever number.</summary>
    public async Task LoadAsync(IEnumerable<int> payers, IEnumerable<long> members, CancellationToken cancellation)
    {
        await LoadNumbersAsync([.. members.Distinct()], cancellation);
        await ReadAsync(payers, members.Concat(_persons.Keys), cancellation);
    }

    /// <summary>Reads the bindings by which these pay, for members that may be named by other numbers than bound.</summary>
    public async Task LoadPayersAsync(IEnumerable<int> payers, IEnumerable<long> members, CancellationToken cancellation)
    {
        await LoadNumbersAsync([.. members.Distinct()], cancellation);
        await ReadAsync(payers, [], cancellation);
    }

    private async Task ReadAsync(IEnumerable<int> payers, IEnumerable<long> members, CancellationToken cancellation)
    {
        _bindings.Clear();
        await using NpgsqlCommand command = area.Command(
            $"""
            SELECT person_id, event, on_date, value FROM :area.person_event
            WHERE event IN ({PersonEvent.FamilyBound:D}, {PersonEvent.FamilyUnbound:D}) AND (person_id = ANY($1) OR left(value, 17) = ANY($2)) ORDER BY submission_id, row_no
            """);
        command.Parameters.AddWithValue(payers.Distinct().ToArray());
        command.Parameters.AddWithValue(members.Distinct().Select(m => CitizenId.FromDigits17(m).Full().PadRight(18)[..17]).ToArray());
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            string value = reader.GetString(3);
            PersonsLine line = new(0, default, null, (PersonEvent)reader.GetInt16(1), LocalDate.FromDateOnly(reader.GetFieldValue<DateOnly>(2)), value);
            Apply(_bindings, reader.GetInt32(0), line);
        }

        // What this transaction has said already is in memory alone, or in the table by now.
        _added.RemoveAll(a => _bindings.Exists(b => (b.Payer, b.Member, b.From) == (a.Payer, a.Member, a.From)));
    }

    // A member who is insured here may have had other numbers, or have been joined: a binding by any of them is the same person's.
    private async Task LoadNumbersAsync(long[] members, CancellationToken cancellation)
    {
        _persons.Clear();
        if (members.Length == 0)
        {
            return;
        }

        foreach ((long number, int person) in await area.ReadAsync(
            "SELECT number, person_id FROM :area.person_number WHERE person_id IN (SELECT person_id FROM :area.person_number WHERE number = ANY($1))",
            r => (r.GetInt64(0), r.GetInt32(1)), cancellation, members))
        {
            _persons[number] = person;
        }
    }

    /// <summary>Whether two numbers, of which one was loaded as a member's, are one person's.</summary>
    public bool Same(long member, long other) => member == other || (_persons.TryGetValue(member, out int a) && _persons.TryGetValue(other, out int b) && a == b);

    /// <summary>The numbers by which a member that was loaded is known.</summary>
    public IEnumerable<long> NumbersOf(long member) => _persons.Keys.Where(n => Same(n, member)).Append(member).Distinct();

    /// <summary>The member's number as the payer's binding has it, so that what is paid for one person is counted under one number; 0: it is the payer.</summary>
    public long AsBound(int payer, long member, LocalDate day) =>
        _persons.TryGetValue(member, out int person) && person == payer ? 0
        : (Find(payer, member, day) ?? All.FirstOrDefault(b => b.Payer == payer && Same(b.Member, member)))?.Member ?? member;

    /// <summary>The binding by which the payer's account pays for the member on that day; null: none.</summary>
    public FamilyBinding? Find(int payer, long member, LocalDate day) => All.FirstOrDefault(b => b.Payer == payer && Same(b.Member, member) && b.Covers(day));

    public bool IsKnown(int payer, PersonsLine line)
    {
        long member = MemberOf(line);
        return line.Event == PersonEvent.FamilyBound
            ? All.Any(b => b.Payer == payer && Same(b.Member, member) && b.From == line.On && b.Relation == RelationOf(line.Value!))
            : All.Any(b => b.Payer == payer && Same(b.Member, member) && b.To == line.On);
    }

    /// <summary>A binding to a relative for whom accounts do not pay by the policy of its month; null: they do, or no policy covers the month.</summary>
    public static Rejection? RelationFault(in PersonsLine line, MonthPolicy? policy)
    {
        if (line.Event != PersonEvent.FamilyBound || policy is null || policy.Relatives.Contains(RelationOf(line.Value!)))
        {
            return null;
        }

        return new Rejection(
            Codes.RelationNotCovered, line.Row, "变更内容", Chinese(RelationOf(line.Value!)), string.Join(" | ", policy.Relatives.Select(Chinese)));
    }

    private static string Chinese(string relation) => LedgerWords.OfRelation(relation).Chinese;

    /// <summary>Takes a line in, or says what on record contradicts it.</summary>
    /// <param name="spentLast">The last day on which the payer's account paid for the member.</param>
    public Rejection? Take(int payer, PersonsLine line, AccountLife life, LocalDate? spentLast)
    {
        long member = MemberOf(line);
        Rejection? fault = line.Event == PersonEvent.FamilyBound ? BindingFault(payer, member, line, life) : EndFault(payer, member, line, spentLast);
        if (fault is null)
        {
            Apply(line.Event == PersonEvent.FamilyBound ? _added : [.. All], payer, line);
        }

        return fault;
    }

    private Rejection? BindingFault(int payer, long member, PersonsLine line, AccountLife life)
    {
        if (member == line.Id.Digits17 || (_persons.TryGetValue(member, out int person) && person == payer))
        {
            return new Rejection(Codes.MemberIsPayer, line.Row, "变更内容", line.Id.ToString(), "");
        }

        if (life.DiedOn is { } died && line.On > died)
        {
            return new Rejection(Codes.MovementAfterDeath, line.Row, "变更日期", line.On.Text(), died.Text());
        }

        if (life.In(line.On.ToYearMonth()).ClosedOn is { } closed && line.On >= closed)
        {
            return new Rejection(Codes.AccountClosed, line.Row, "变更日期", line.On.Text(), closed.Text());
        }

        // One account pays for a member at a time.
        return All.FirstOrDefault(b => Same(b.Member, member) && !(b.To < line.On)) is { } other
            ? new Rejection(Codes.MemberBound, line.Row, "变更日期", line.On.Text(), other.From.Text())
            : null;
    }

    private Rejection? EndFault(int payer, long member, PersonsLine line, LocalDate? spentLast)
    {
        FamilyBinding? open = All.FirstOrDefault(b => b.Payer == payer && Same(b.Member, member) && b.To is null && b.From <= line.On);
        return open is null
            ? new Rejection(Codes.BindingMissing, line.Row, "变更日期", line.On.Text(), "")
            : spentLast > line.On ? new Rejection(Codes.EventOutOfOrder, line.Row, "变更日期", line.On.Text(), spentLast.Value.Text())
            : null;
    }

    private void Apply(List<FamilyBinding> bindings, int payer, PersonsLine line)
    {
        long member = MemberOf(line);
        if (line.Event == PersonEvent.FamilyBound)
        {
            bindings.Add(new FamilyBinding(payer, member, RelationOf(line.Value!), line.On));
        }
        else if (bindings.FindLast(b => b.Payer == payer && Same(b.Member, member) && b.To is null) is { } open)
        {
            open.To = line.On;
        }
    }

    private static string RelationOf(string value) => value[(value.LastIndexOf(' ') + 1)..];
}
