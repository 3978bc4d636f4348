using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Runs;

/// <summary>Rows in every order.</summary>
public sealed partial class WalletTests
{
    // 5,010 rows by three seeds, beside a count of each person's day: the first three of a day are taken, whatever the file. At most 49 rejects, so that no file is refused whole.
    [Test]
    public async Task However_the_rows_come_nobody_has_more_than_three_a_day([Values(1, 2, 3)] int seed)
    {
        CitizenId[] people = [.. Enumerable.Range(20, 5).Select(n => Town.Person(n))];
        await town.MovementsAsync(January, SubmissionKind.Supplementary, false, [.. people.Select(p => $"{p.Full()},期初余额,9000000.00,2021-01-01,,,,,,,,")]);
        Random draw = new(seed);
        Dictionary<(int, int), int> taken = [];
        int document = 0, expected = 0, accepted = 0;
        for (int file = 0; file < 5; file++)
        {
            List<string> rows = [];
            for (int row = 0; row < 334; row++)
            {
                (int who, int day, int fen) = (draw.Next(5), 1 + draw.Next(28), 1 + draw.Next(200_100));
                int before = taken.GetValueOrDefault((who, day));
                bool takes = fen <= 200_000 && before < 3;
                taken[(who, day)] = before + (takes ? 1 : 0);
                expected += takes ? 1 : 0;
                rows.Add($"{people[who].Full()},钱包转出,{new Money(fen)},2021-02-{day:00},,N{++document},,,,,,");
            }

            foreach (string[] part in rows.Chunk(40))
            {
                accepted += (await town.MovementsAsync(February, part)).Accepted;
            }
        }

        Assert.That(accepted, Is.EqualTo(expected));
        // Nine million yuan to begin with is an anomaly, which is approved with a reason.
        int run = (await town.AllocateAsync(February)).Run!.Value;
        await town.Life.ApproveAsync(run, "reviewer", null, default, "测试金额");
        await town.Life.PostAsync(run, "reviewer", default);
    }
}
