using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Jobs.Tests.Reading;

/// <summary>How many accounts somebody may look at within an hour.</summary>
public sealed class InquiryLimitTests
{
    private const int Limit = 10;

    private TestDatabase database = null!;

    [SetUp]
    public async Task SetUp() => database = await TestDatabase.CreateAsync();

    [TearDown]
    public async Task TearDown() => await database.DisposeAsync();

    [Test]
    public async Task Forty_requests_at_once_do_not_pass_a_limit_of_ten()
    {
        InquiryLog log = new(database.Program);
        // So that the requests meet: each row takes its time to be written.
        await database.ExecuteAsync(
            """
            CREATE FUNCTION batch.slowly() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.05); RETURN NEW; END $$;
            CREATE TRIGGER slowly BEFORE INSERT ON batch.inquiry FOR EACH ROW EXECUTE FUNCTION batch.slowly();
            """);
        bool[] answered = await Task.WhenAll(Enumerable.Range(1, 4 * Limit).Select(account => Task.Run(() => IsAnsweredAsync(log, "clerk", account))));
        Assert.That(answered.Count(a => a), Is.EqualTo(Limit));
        Assert.That(await database.ScalarAsync<string>("SELECT count(*) FILTER (WHERE what = 'look-up') || ' ' || count(*) FILTER (WHERE what = 'refused') FROM batch.inquiry"), Is.EqualTo("10 30"));
        Assert.That(await IsAnsweredAsync(log, "other", 1), Is.True, "another user has a limit of their own");
    }

    private static async Task<bool> IsAnsweredAsync(InquiryLog log, string who, int account)
    {
        try
        {
            await log.WriteAsync(new Inquired(who, "page", "420100", account, "look-up", null, account), Limit, default);
            return true;
        }
        catch (DataFaultException refused) when (refused.Code == "ACCOUNT_LIMIT")
        {
            return false;
        }
    }
}
