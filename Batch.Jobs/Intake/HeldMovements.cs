using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Intake;

/// <summary>Held movements: more than the account holds, and people who are not enrolled.</summary>
/// <param name="program">Reads the policy for a decision; null: held rows are only listed.</param>
internal sealed class HeldMovements(AreaSchema area, NpgsqlDataSource? program = null) : IHeldFacts
{
    private const string Key = "on_date, person_id, kind, channel, member, reference";
    // The same movement has come again since as the person's.
    private static string Settled(string part) =>
        $"""
        latest.person_id < 0 AND EXISTS (
            SELECT FROM {part} own WHERE own.on_date = latest.on_date AND own.person_id = -latest.person_id AND own.kind = latest.kind AND own.channel = latest.channel
                AND own.member = latest.member AND own.reference = latest.reference AND own.amount_fen = latest.amount_fen
                AND own.state = {FactState.Accepted:D} AND own.row_no > 0 AND own.submission_id > latest.submission_id)
        """;

    private const string Columns = "person_id, kind, on_date, channel, member, reference, row_no, state, amount_fen, ground, document, counterpart, submission_id";

    public string Fact => "movement";

    public async Task<List<HeldRow>> ListAsync(NpgsqlConnection connection, YearMonth? month, CancellationToken cancellation)
    {
        List<StandingMovement> held = [];
        foreach (YearMonth of in (await HeldRows.MonthsAsync(area.On(connection), Fact, cancellation)).Distinct().Where(m => month is null || m == month))
        {
            held.AddRange(await ReadAsync(
                connection, $"SELECT DISTINCT {Key} FROM {area.Part(Fact, of)} WHERE state = {FactState.Held:D}", area.Part(Fact, of), [], cancellation));
        }

        int[] submissions = [.. held.Select(h => h.Submission)];
        Dictionary<(int, int), HeldReason> reasons = await HeldRows.ReasonsAsync(area.On(connection), submissions, [.. held.Select(h => h.Fact.Row)], cancellation);
        Dictionary<int, (string Citizen, string Name)> persons = await HeldRows.PersonsAsync(area.On(connection), [.. held.Select(h => Math.Abs(h.Fact.Person))], cancellation);
        Dictionary<int, (string File, string By)> files = await HeldRows.FilesAsync(area.On(connection), submissions, cancellation);
        return [.. held.Select(h => new HeldRow(
            Fact, h.Submission, h.Fact.Row, h.Fact.Month, Reason(reasons, h).Code, persons[Math.Abs(h.Fact.Person)].Citizen,
            persons[Math.Abs(h.Fact.Person)].Name, "", "", files[h.Submission].File, files[h.Submission].By, [new HeldFigure(LedgerWords.Of((Component)h.Fact.Identity.Kind).Both(), h.Fact.Fen)])
        {
            Found = Reason(reasons, h).Found,
            Expected = Reason(reasons, h).Expected,
        })];
    }

    private static HeldReason Reason(Dictionary<(int, int), HeldReason> reasons, StandingMovement held) =>
        reasons.GetValueOrDefault((held.Submission, held.Fact.Row), new HeldReason(Codes.BalanceExceeded, "", ""));

    /// <exception cref="DataFaultException">SAME_PERSON: more than the account holds is paid only when somebody else than the sender says so.</exception>
    public async Task<bool> DecideAsync(NpgsqlConnection connection, Decision decision, FileDraft draft, CancellationToken cancellation)
    {
        foreach (YearMonth month in await MonthsOfAsync(connection, decision.Submission, cancellation))
        {
            string part = area.Part(Fact, month);
            List<StandingMovement> named = await ReadAsync(
                connection, $"SELECT {Key} FROM {part} WHERE submission_id = $1 AND row_no = $2", part, [decision.Submission, decision.Row], cancellation);
            if (named is not [{ } held] || held.Submission != decision.Submission || held.Fact.Row != decision.Row)
            {
                continue;
            }

            bool waits = held.Fact.Person < 0;
            MovementFact fact = waits ? held.Fact.Aside() : held.Fact;
            await RefuseSenderAsync(connection, decision, cancellation);
            if (decision.Take)
            {
                await (waits ? MeetAsync(connection, fact, decision, cancellation) : Task.CompletedTask);
                await TakeAsync(connection, fact, draft, cancellation);
            }

            MovementWriter writer = new(area.On(connection));
            if (waits)
            {
                writer.Add(held.Fact with { State = FactState.Withdrawn, Row = 0 }, draft.Submission);
                draft.CountDay(held.Fact.On);
            }

            if (!waits || decision.Take)
            {
                writer.Add(fact with { State = decision.Take ? FactState.Accepted : FactState.Withdrawn, Row = decision.Take ? 1 : 0 }, draft.Submission);
                draft.CountDay(held.Fact.On);
            }

            draft.Rows = draft.Accepted = decision.Take ? 1 : 0;
            draft.MovedFen = decision.Take ? Math.Abs(held.Fact.Fen) : 0;
            await writer.CompleteAsync(cancellation);
            return true;
        }

        return false;
    }

    // A row that was none of the person's was not held against the account: neither what is in force under the same document or day, nor the money there.
    private async Task MeetAsync(NpgsqlConnection connection, MovementFact fact, Decision decision, CancellationToken cancellation)
    {
        MovementsInForce standing = new(area.On(connection));
        await standing.LoadAsync([fact], [], cancellation);
        if (standing.For(fact.Identity) is { } other)
        {
            Refuse(new Rejection(Codes.MovementDiffers, fact.Row, "金额", new Money(fact.Fen).ToString(), new Money(other.Fact.Fen).ToString()));
        }

        AccountLives lives = await AccountLives.OfOneAsync(area.On(connection), fact.Person, cancellation);
        AvailableBalances balances = new(area.On(connection), lives);
        await balances.LoadAsync([fact.Person], [], large: false, cancellation);
        Submission sent = await new Submissions(area.On(connection)).ReadAsync(decision.Submission, cancellation);
        if (fact.Fen < 0 && fact.Identity.Kind != MovementKind.Correction && balances.Of(lives.AccountIn(fact.Person, fact.Month)) + fact.Fen < 0 && sent.By == decision.By)
        {
            throw SamePerson();
        }
    }

    // What was recorded since it was held may contradict it, as it would against a row that came now.
    private async Task TakeAsync(NpgsqlConnection connection, MovementFact fact, FileDraft draft, CancellationToken cancellation)
    {
        AccountLives lives = await AccountLives.OfOneAsync(area.On(connection), fact.Person, cancellation);
        LaterFacts later = new(area.On(connection));
        if (MovementStaging.Ends(fact))
        {
            await later.LoadAsync([(fact.Person, fact.Month)], cancellation);
        }

        MonthPolicy? policy = fact.Ground == Ground.SevereIllness || WalletTransfers.IsOf(fact.Identity.Kind)
            ? (await new PolicyStore(program!).ReadAsync(area.Code, null, cancellation)).TryFor(fact.Month) : null;
        Refuse(lives.Of(fact.Person).DiedOn is null && later.After(fact.Person, fact.Month) is { } month
            ? new Rejection(Codes.EventOutOfOrder, fact.Row, "发生日期", LocalDate.FromDateOnly(fact.On).Text(), month.Text())
            : AccountFaults.Of(fact, lives.Of(fact.Person)));
        if (policy?.Wallet is { } limits)
        {
            WalletTransfers wallets = new(area.On(connection));
            await wallets.LoadAsync([fact], cancellation);
            Refuse(wallets.Fault(fact, limits, draft));
        }

        await CloseAsync(connection, fact, (lives, policy), draft, cancellation);
    }

    private static void Refuse(Rejection? fault)
    {
        if (fault is not null)
        {
            throw new DataFaultException(fault.Code, RejectionCodes.Describe(fault, "zh"), RejectionCodes.Describe(fault, "en"));
        }
    }

    // An account from which nothing is left is closed, as by the direct payment; what it owes is recovered.
    private async Task CloseAsync(
        NpgsqlConnection connection, MovementFact fact, (AccountLives Lives, MonthPolicy? Policy) of, FileDraft draft, CancellationToken cancellation)
    {
        (AccountLives lives, MonthPolicy? policy) = of;
        AvailableBalances balances = new(area.On(connection), lives);
        await balances.LoadAsync([fact.Person], [], large: false, cancellation);
        AccountSpan account = lives.Of(fact.Person).In(fact.Month);
        if (MovementStaging.PaysTheWhole(fact, policy) && balances.Of(account.Account) + fact.Fen > 0)
        {
            Refuse(MovementStaging.NotWhole(fact, balances.Of(account.Account)));
        }

        if (!MovementStaging.Ends(fact) || account.ClosedOn is not null || balances.Of(account.Account) + fact.Fen > 0)
        {
            return;
        }

        Ground ground = fact.Identity.Kind == MovementKind.TransferOut ? Ground.TransferOut : fact.Ground;
        PersonsLine closing = new(-1, default, null, PersonEvent.AccountClosed, LocalDate.FromDateOnly(fact.On), ground.ToString(), fact.Document);
        draft.CountFact("event", fact.Month);
        await EventWriter.WriteAsync(area.On(connection), [(fact.Person, closing, draft.Submission)], cancellation);
    }

    private async Task RefuseSenderAsync(NpgsqlConnection connection, Decision decision, CancellationToken cancellation)
    {
        Dictionary<(int, int), HeldReason> reasons = await HeldRows.ReasonsAsync(area.On(connection), [decision.Submission], [decision.Row], cancellation);
        Submission sent = await new Submissions(area.On(connection)).ReadAsync(decision.Submission, cancellation);
        if (decision.Take && sent.By == decision.By && reasons.GetValueOrDefault((decision.Submission, decision.Row)).Code == Codes.BalanceExceeded)
        {
            throw SamePerson();
        }
    }

    private static DataFaultException SamePerson() => new(
        "SAME_PERSON", "超过余额的支付须由报送人以外的人员决定。", "A payment of more than the account holds is decided by another person than the sender.");

    // Of the movements that a query names, those that are held, with the version that says so.
    private static Task<List<StandingMovement>> ReadAsync(
        NpgsqlConnection connection, string which, string part, int[] values, CancellationToken cancellation) => connection.ReadAsync(
        $"""
        SELECT {Columns} FROM (
            SELECT DISTINCT ON ({Key}) {Columns} FROM {part} JOIN ({which}) named USING ({Key})
            ORDER BY {Key}, {FactVersions.LatestFirst}) latest
        WHERE state = {FactState.Held:D} AND NOT ({Settled(part)}) ORDER BY submission_id, row_no
        """, r => new StandingMovement(MovementsInForce.Read(r), r.GetInt32(12)), cancellation, [.. values.Cast<object>()]);

    private Task<List<YearMonth>> MonthsOfAsync(NpgsqlConnection connection, int submission, CancellationToken cancellation) =>
        connection.ReadAsync(
            area.Sql("SELECT DISTINCT date_trunc('month', month)::date FROM :area.submission_month WHERE submission_id = $1 AND fact = 'movement' ORDER BY 1"),
            r => r.GetFieldValue<DateOnly>(0).Month(), cancellation, submission);
}
