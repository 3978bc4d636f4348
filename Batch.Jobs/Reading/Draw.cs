using Batch.Jobs.Store;
using Batch.Rules;

namespace Batch.Jobs.Reading;

/// <summary>
/// Which credits of a month an auditor draws: by seed and size, every credit as likely as another or (<see cref="ByMoney"/>) every fen; the largest ones by size alone; those
/// of at least an amount.
/// </summary>
/// <param name="Size">Null: all that are at least <paramref name="Least"/>, up to <see cref="Most"/>.</param>
public sealed record Draw(string? Seed, int? Size, Money? Least, bool ByMoney = false)
{
    public const int Most = 1000;

    private const int LongestSeed = 100;

    /// <summary>What is drawn, said in words for records.</summary>
    public override string ToString() => string.Join(
        ' ', new[] { Seed is null ? null : $"seed={Seed}", Size is null ? null : $"size={Size}", Least is null ? null : $"least={Least}", ByMoney ? "by-money" : null }.OfType<string>());

    /// <exception cref="DataFaultException">SAMPLE_UNSAID, SAMPLE_SIZE or SAMPLE_SEED.</exception>
    public Draw Checked()
    {
        if (Size is null && Least is null)
        {
            throw new DataFaultException("SAMPLE_UNSAID", "请填写笔数或最低金额。", "Give a size or a least amount.");
        }

        if (Size is < 1 or > Most)
        {
            throw new DataFaultException("SAMPLE_SIZE", $"笔数须为 1 到 {Most}。", $"The size is from 1 to {Most}.");
        }

        if (Seed is { Length: 0 or > LongestSeed } || (ByMoney && (Seed is null || Size is null)) || (Seed is not null && Size is null))
        {
            throw new DataFaultException(
                "SAMPLE_SEED", $"随机种子须与笔数一起给出，最多 {LongestSeed} 个字；按金额单位抽样两者都要。", $"A seed goes with a size and has at most {LongestSeed} characters; a draw by money needs both.");
        }

        return this;
    }

    /// <summary>$1 the seed, $2 the size, $3 the least amount in fen.</summary>
    internal object[] Arguments => [Seed ?? "", Size ?? Most, Least?.Fen ?? 0L];

    internal string Sql => ByMoney ? OfMoney : $"SELECT *, row_number() OVER (ORDER BY {Order}) AS turn FROM credit ORDER BY {Order} LIMIT $2";

    private string Order => Seed is null ? "abs(account_fen) DESC, place, no" : "encode(sha256(convert_to($1 || ':' || called, 'UTF8')), 'hex') COLLATE \"C\", place, no";

    // Each credit holds as many units as fen, in the order of the credits. Units start, start + interval, ... are hit; a credit that is hit twice is drawn once.
    private const string OfMoney =
        """
        SELECT c.*, row_number() OVER (ORDER BY c.place, c.no) AS turn
        FROM (SELECT *, sum(abs(account_fen)) OVER (ORDER BY place, no) AS upto FROM credit) c
        CROSS JOIN (
            SELECT i.interval, mod(('x' || left(encode(sha256(convert_to($1, 'UTF8')), 'hex'), 15))::bit(60)::bigint::numeric, i.interval) AS start
            FROM (SELECT greatest(floor(sum(abs(account_fen)) / $2), 1) AS interval FROM credit) i) u
        WHERE least(floor((c.upto - 1 - u.start) / u.interval), $2 - 1) > least(floor((c.upto - abs(c.account_fen) - 1 - u.start) / u.interval), $2 - 1)
        """;
}
