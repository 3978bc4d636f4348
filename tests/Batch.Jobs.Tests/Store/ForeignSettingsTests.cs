using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using Batch.Jobs.Tests.Proof;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Tests.Store;

/// <summary>A month in a database whose settings give other text for dates and numbers than PostgreSQL's own.</summary>
public sealed class ForeignSettingsTests
{
    private const string Settings =
        """
        DO $$ DECLARE s text; BEGIN
            FOREACH s IN ARRAY ARRAY['datestyle = ''SQL, DMY''', 'timezone = ''America/New_York''', 'intervalstyle = sql_standard', 'extra_float_digits = -5',
                                     'bytea_output = escape', 'search_path = public', 'lc_numeric = ''C.UTF-8''', 'lc_time = ''C.UTF-8''', 'lc_monetary = ''C.UTF-8''', 'jit = on'] LOOP
                EXECUTE format('ALTER DATABASE %I SET %s', current_database(), s);
            END LOOP;
        END $$
        """;

    private static readonly YearMonth June = new(2021, 6);

    [Test]
    public async Task A_month_is_sealed_verified_and_read_as_in_any_other_database()
    {
        await using WholeLine ordinary = await WholeLine.CreateAsync(), foreign = await WholeLine.CreateAsync();
        await foreign.Database.ExecuteAsync(Settings);
        foreign.Database.Program.Clear();
        foreach (WholeLine line in new[] { ordinary, foreign })
        {
            await line.ImportTextAsync(
                "单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额\nA1,甲单位,张三,420100197509150462,2021-06,8000.00,160.00,640.00\n", June);
            await line.PostAsync(June);
            await line.CloseAsync(June);
            await line.AssertCleanAsync(all: false, "since the seal");
            await line.AssertCleanAsync(all: true, "from the beginning");
        }

        const string Sealed =
            "SELECT (SELECT digest FROM :area.run) || ' ' || (SELECT seal FROM :area.closing) || ' ' || (SELECT string_agg(content, ' ' ORDER BY seq) FROM :area.seal)";
        Assert.That(await SealedAsync(foreign, Sealed), Is.EqualTo(await SealedAsync(ordinary, Sealed)));
        // 8,000 at 45 years: the own 2 % is 160.00, and 1.4 % of the employer's is 112.00.
        AccountHolder holder = await AccountHolder.FindAsync(foreign.Database.Connection, "420100", "420100197509150462", null, new LocalDate(2021, 7, 1), CancellationToken.None);
        BalanceDocument balance = await new Balances(await foreign.OpenAsync()).BalanceAsync(holder.Account, null, CancellationToken.None);
        Assert.That(balance, Is.EqualTo(new BalanceDocument(Money.FromYuan(272m), June, new CreditDocument(June, June, Money.FromYuan(272m)))));
    }

    [Test]
    public async Task What_is_hashed_in_a_tools_session_is_what_the_program_hashed()
    {
        await using WholeLine line = await WholeLine.CreateAsync();
        await line.ImportTextAsync(
            "单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额\nA1,甲单位,张三,420100197509150462,2021-06,8000.00,160.00,640.00\n", June);
        await line.PostAsync(June);
        await line.CloseAsync(June);
        await line.Database.ExecuteAsync(Settings);
        await using NpgsqlConnection tool = new(ConnectionTextOf(line));
        await tool.OpenAsync();
        await using NpgsqlCommand command = new(line.Schema.Sql(
            """
            SELECT current_setting('datestyle') || ' ' || (:area.posted_digest(r.run_id) = r.digest)
                || (:area.closing_seal(c.month, NULL, c.opening_fen, c.movements_fen, c.pool_fen, c.other_fen, c.seq) = c.seal) FROM :area.run r, :area.closing c
            """), tool);
        Assert.That(await command.ExecuteScalarAsync(), Is.EqualTo("SQL, DMY truetrue"));
    }

    [Test]
    public async Task Every_session_has_the_programs_settings_whatever_those_of_the_database_are()
    {
        await using WholeLine line = await WholeLine.CreateAsync();
        DatabaseConnection database = line.Database.Connection;
        await line.Database.ExecuteAsync(Settings);
        database.Program.Clear();
        database.Owner.Clear();
        await using NpgsqlDataSource engine = database.OpenEnginePool();
        NpgsqlConnection[] sessions =
        [
            await database.Program.OpenConnectionAsync(), await database.Owner.OpenConnectionAsync(), await engine.OpenConnectionAsync(), await database.OpenSessionAsync(CancellationToken.None),
        ];
        foreach (NpgsqlConnection session in sessions)
        {
            await using NpgsqlCommand command = new(
                """
                SELECT string_agg(lower(name) || '=' || setting, '; ' ORDER BY lower(name) COLLATE "C") FROM pg_catalog.pg_settings WHERE lower(name) IN
                    ('datestyle', 'timezone', 'intervalstyle', 'extra_float_digits', 'bytea_output', 'search_path', 'lc_numeric', 'lc_time', 'lc_monetary', 'jit')
                """, session);
            Assert.That(
                await command.ExecuteScalarAsync(),
                Is.EqualTo("bytea_output=hex; datestyle=ISO, YMD; extra_float_digits=1; intervalstyle=postgres; jit=off; lc_monetary=C; lc_numeric=C; lc_time=C; search_path=pg_catalog, pg_temp; timezone=Asia/Shanghai"));
            await session.DisposeAsync();
        }
    }

    private static string ConnectionTextOf(WholeLine line) =>
        new NpgsqlConnectionStringBuilder(Batch.Jobs.Store.ConnectionText.Parse(line.Database.Url).ConnectionString) { Pooling = false }.ConnectionString;

    private static Task<string> SealedAsync(WholeLine line, string sql) => line.Database.ScalarAsync<string>(line.Schema.Sql(sql));
}
