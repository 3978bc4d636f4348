using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Intake;

/// <summary>Held contributions and pensions: a month declared by two employers, two different lines in one file, people who are not enrolled.</summary>
internal sealed class HeldDeclarations<TFact>(AreaSchema area) : IHeldFacts
    where TFact : struct, IDeclaredFact<TFact>
{
    public string Fact => TFact.Table;

    /// <summary>A version with the submission that said it.</summary>
    private sealed record Version(TFact Said, int Submission)
    {
        public bool IsRow => Said.Row > 0;
    }

    /// <summary>All versions of what one employer declared for one person and month.</summary>
    private sealed class Key(List<Version> versions)
    {
        private List<Version> All { get; } = versions;

        public Version Latest { get; } = versions.OrderBy(v => v.Submission).ThenBy(v => !v.IsRow).ThenBy(v => v.Said.Row).Last();

        public bool IsHeld => Latest.Said.State == FactState.Held;

        public int Employer => Latest.Said.Employer;

        /// <summary>It waits beside the person's month, of which it is no side.</summary>
        public bool Waits => Latest.Said.Person < 0;

        /// <summary>
        /// The line came again after it was held, as the person's: from the same employer, with the same figures or as the first that was in force for the month. Of
        /// a person for whom other figures of that employer were in force already, a held line is another question. So it is where the file had both lines, and only
        /// the person's own came again or was taken.
        /// </summary>
        public bool IsSettledBy(Key person) => person.All.Exists(v => v.IsRow && v.Said.State == FactState.Accepted && v.Submission > Latest.Submission
            && (v.Said.SaysTheSameAs(Latest.Said) || !person.WasAcceptedIn(Latest.Submission))
            && !person.All.Exists(own => own.Submission == Latest.Submission && own.Said.SaysTheSameAs(v.Said)));

        private bool WasAcceptedIn(int submission) =>
            All.Where(v => v.Submission <= submission).ToList() is { Count: > 0 } earlier && new Key(earlier).Latest.Said.State == FactState.Accepted;

        /// <summary>The rows that could stand: those of the last submission that had any. Two lines of one file are two.</summary>
        public IEnumerable<Version> Sides => All.Where(v => v.IsRow && v.Submission == All.Where(o => o.IsRow).Max(o => o.Submission));
    }

    public async Task<List<HeldRow>> ListAsync(NpgsqlConnection connection, YearMonth? month, CancellationToken cancellation)
    {
        List<YearMonth> months = await HeldRows.MonthsAsync(area.On(connection), Fact, cancellation);
        List<Version> sides = [];
        foreach (YearMonth of in months.Where(m => month is null || m == month))
        {
            Dictionary<int, List<Key>> persons = (await PersonsAsync(
                connection, of, $"SELECT person_id FROM {{0}} WHERE state = {FactState.Held:D} UNION SELECT -person_id FROM {{0}} WHERE state = {FactState.Held:D} AND person_id < 0", [], cancellation)).ToDictionary(p => p[0].Latest.Said.Person);
            sides.AddRange(persons.Values.SelectMany(p => p).Where(k => k.IsHeld && !(k.Waits && IsSettled(k, persons.GetValueOrDefault(-k.Latest.Said.Person)))).SelectMany(k => k.Sides));
        }

        return await DescribeAsync(connection, sides, cancellation);
    }

    private static bool IsSettled(Key key, List<Key>? person) => person?.Find(k => k.Employer == key.Employer) is { } own && key.IsSettledBy(own);

    public async Task<bool> DecideAsync(NpgsqlConnection connection, Decision decision, FileDraft draft, CancellationToken cancellation)
    {
        foreach (YearMonth month in await MonthsOfAsync(connection, decision.Submission, cancellation))
        {
            List<List<Key>> persons = await PersonsAsync(
                connection, month, "SELECT person_id FROM {0} WHERE submission_id = $1 AND row_no = $2", [decision.Submission, decision.Row], cancellation);
            if (persons is not [{ } person] || person.Find(k => k.IsHeld && k.Sides.Any(s => IsNamed(s, decision))) is not { } key)
            {
                continue;
            }

            List<Key> meets = key.Waits ? await MeetsAsync(connection, month, -key.Latest.Said.Person, cancellation) : person;
            if (key.Waits && IsSettled(key, meets))
            {
                continue;
            }

            FactTables tables = new(area.On(connection), Fact);
            FactWriter<TFact> writer = new(area.On(connection), tables);
            RefuseAnotherEmployer(key, meets, decision);
            foreach (TFact fact in Facts(meets, key, decision))
            {
                writer.Add(fact, draft.Submission);
                draft.CountFact(Fact, month);
            }

            Count(draft, key.Sides.First(s => IsNamed(s, decision)).Said, decision.Take);
            await writer.FlushAsync(cancellation);
            await tables.CloseAsync(cancellation);
            return true;
        }

        return false;
    }

    // The row that is taken is in force, and what others declared for the person and month is withdrawn as it was declared, whether it is held or, by the
    // area's rule for two employers, stood until now: said again by the same employer, it is not a new question. A withdrawal leaves the other sides.
    private static IEnumerable<TFact> Facts(List<Key> person, Key key, Decision decision)
    {
        TFact named = key.Sides.First(s => IsNamed(s, decision)).Said;
        if (key.Waits)
        {
            yield return named.As(FactState.Withdrawn, 0);
            named = named.Aside();
        }

        if (key.Waits && !decision.Take)
        {
            yield break;
        }

        yield return decision.Take ? named.As(FactState.Accepted, 1) : named.As(FactState.Withdrawn, 0);
        foreach (Key other in person.Where(k => decision.Take && k.Latest.Said.Employer != named.Employer && k.Latest.Said.State != FactState.Withdrawn))
        {
            yield return other.Latest.Said.As(FactState.Withdrawn, 0);
        }
    }

    private async Task<List<Key>> MeetsAsync(NpgsqlConnection connection, YearMonth month, int person, CancellationToken cancellation) =>
        (await PersonsAsync(connection, month, "SELECT $1", [person], cancellation)).SingleOrDefault() ?? [];

    // A row that was none of the person's must not silently take the place of what another employer has paid.
    private static void RefuseAnotherEmployer(Key key, List<Key> meets, Decision decision)
    {
        if (key.Waits && decision.Take && meets.Exists(k => k.Latest.Said.Employer != key.Latest.Said.Employer && k.Latest.Said.State == FactState.Accepted))
        {
            throw new DataFaultException(
                Codes.TwoEmployers,
                "此人该月已有另一家单位的缴费，不能直接采用这一行。请不采用此行，并请单位按登记的姓名重新报送：两家的申报会一起待定，再决定采用哪一家。",
                "Another employer has paid for this person and month, so the row cannot be taken as it is. Withdraw it and have it sent again with the name on record: both lines are then held side by side.");
        }
    }

    private static void Count(FileDraft draft, in TFact fact, bool take)
    {
        draft.Rows = draft.Accepted = take ? 1 : 0;
        if (take)
        {
            (draft.PersonPaidFen, draft.EmployerPaidFen) = (fact.PersonPaid.Fen, fact.EmployerPaid.Fen);
        }
    }

    private static bool IsNamed(Version side, Decision decision) => side.Submission == decision.Submission && side.Said.Row == decision.Row;

    private Task<List<YearMonth>> MonthsOfAsync(NpgsqlConnection connection, int submission, CancellationToken cancellation) =>
        connection.ReadAsync(
            area.Sql("SELECT month FROM :area.submission_month WHERE submission_id = $1 AND fact = $2 ORDER BY 1"),
            r => r.GetFieldValue<DateOnly>(0).Month(), cancellation, submission, Fact);

    /// <summary>What was declared for each person that the query names in a month, employer by employer.</summary>
    private async Task<List<List<Key>>> PersonsAsync(NpgsqlConnection connection, YearMonth month, string which, int[] values, CancellationToken cancellation)
    {
        string part = area.Part(Fact, month);
        await using NpgsqlCommand command = new(
            $"SELECT {TFact.Selected} FROM {part} WHERE person_id IN ({which.Replace("{0}", part, StringComparison.Ordinal)}) ORDER BY person_id",
            connection);
        foreach (int value in values)
        {
            command.Parameters.AddWithValue(value);
        }

        List<Version> versions = [];
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            versions.Add(new Version(TFact.Read(reader, month), reader.GetInt32(DeclaredFacts.SubmissionColumn)));
        }

        return [.. versions.GroupBy(v => v.Said.Person).Select(p => p.GroupBy(v => v.Said.Employer).Select(e => new Key([.. e])).ToList())];
    }

    private async Task<List<HeldRow>> DescribeAsync(NpgsqlConnection connection, List<Version> sides, CancellationToken cancellation)
    {
        int[] submissions = [.. sides.Select(s => s.Submission)];
        int[] rows = [.. sides.Select(s => s.Said.Row)];
        Dictionary<(int, int), HeldReason> reasons = await HeldRows.ReasonsAsync(area.On(connection), submissions, rows, cancellation);
        Dictionary<int, (string Citizen, string Name)> persons = await HeldRows.PersonsAsync(area.On(connection), [.. sides.Select(s => Math.Abs(s.Said.Person))], cancellation);
        Dictionary<int, (string File, string By)> files = await HeldRows.FilesAsync(area.On(connection), submissions, cancellation);
        Dictionary<int, (string Number, string Name)> employers = await EmployersAsync(connection, [.. sides.Select(s => s.Said.Employer)], cancellation);
        return [.. sides.Select(side => new HeldRow(
            Fact, side.Submission, side.Said.Row, side.Said.Month, Reason(reasons, side).Code,
            persons[Math.Abs(side.Said.Person)].Citizen, persons[Math.Abs(side.Said.Person)].Name, employers.GetValueOrDefault(side.Said.Employer).Number ?? "",
            employers.GetValueOrDefault(side.Said.Employer).Name ?? "", files[side.Submission].File, files[side.Submission].By, [.. side.Said.Figures.Select(f => new HeldFigure(f.Name, f.Amount?.Fen))])
        {
            Found = Reason(reasons, side).Found,
            Expected = Reason(reasons, side).Expected,
            Beside = side.Said.Person < 0,
            PersonPaid = side.Said.PersonPaid,
            EmployerPaid = side.Said.EmployerPaid,
        })];
    }

    private static HeldReason Reason(Dictionary<(int, int), HeldReason> reasons, Version side) =>
        reasons.GetValueOrDefault((side.Submission, side.Said.Row), new HeldReason(Codes.TwoEmployers, "", ""));

    private async Task<Dictionary<int, (string Number, string Name)>> EmployersAsync(NpgsqlConnection connection, int[] employers, CancellationToken cancellation) =>
        (await connection.ReadAsync(
            area.Sql("SELECT employer_id, number, name FROM :area.employer WHERE employer_id = ANY($1)"),
            r => (r.GetInt32(0), (r.GetString(1), r.GetString(2))), cancellation, employers)).ToDictionary();
}
