using System.Buffers.Text;
using Batch.Rules;

namespace Batch.Jobs.Tools;

/// <summary>An employer: how many people it has, and the first two columns of its rows.</summary>
internal readonly struct Employer(int ordinal, int first, int size)
{
    public int Ordinal => ordinal;

    /// <summary>Index of its first person; its people follow one another.</summary>
    public int First => first;
    public int Size => size;
}

/// <summary>Employers one after the other: many with a few people, a few with thousands.</summary>
internal sealed class Employers(long seed, string area, int people)
{
    /// <summary>The first 30 of the alphabet of GB 32100.</summary>
    private static ReadOnlySpan<byte> Alphabet => "0123456789ABCDEFGHJKLMNPQRTUWX"u8;

    private const int Codes = 30 * 30 * 30 * 30 * 30 * 30;

    /// <summary>Prime to <see cref="Codes"/>, so that it shuffles them.</summary>
    private const long Shuffle = 104_729L * 6_151;

    private static readonly byte[][] Places = Words("江城 楚天 汉阳 长江 金银 光谷 东湖 南湖 武昌 洪山 中山 晴川 黄鹤 龟山 紫阳 归元");
    private static readonly byte[][] Marks = Words("恒信 华丰 永兴 天成 博远 同济 瑞安 鼎新 和顺 启明 万象 嘉禾 正大 中联 友邦 新材");
    private static readonly byte[][] Trades = Words("机械 软件 餐饮 物流 建筑 商贸 医药 纺织 电子 食品 汽车 印刷 物业 化工 咨询 光电");
    private static readonly byte[] Company = "有限公司"u8.ToArray();

    public Employer First() => new(1, 0, SizeOf(1, people));

    /// <summary>The next one, or none when everybody has an employer.</summary>
    public Employer? After(in Employer employer)
    {
        int first = employer.First + employer.Size;
        return first < people ? new Employer(employer.Ordinal + 1, first, SizeOf(employer.Ordinal + 1, people - first)) : null;
    }

    /// <summary>Writes the two columns that all rows of an employer begin with, number and name, and returns their length.</summary>
    public int WriteColumns(in Employer employer, Span<byte> to)
    {
        int length = employer.Ordinal % 16 == 0 ? WriteLocalNumber(employer.Ordinal, to) : WriteCreditCode(employer.Ordinal, to);
        to[length++] = (byte)',';
        var draw = new Draw(seed, Purpose.Employer, employer.Ordinal);
        draw.Next();
        foreach (byte[] part in (ReadOnlySpan<byte[]>)[Places[draw.Below(16)], Marks[draw.Below(16)], Trades[draw.Below(16)], Company])
        {
            part.CopyTo(to[length..]);
            length += part.Length;
        }

        to[length++] = (byte)',';
        return length;
    }

    private int SizeOf(int ordinal, int left)
    {
        var draw = new Draw(seed, Purpose.Employer, ordinal);
        int kind = draw.Below(1000);
        (int from, int to) = kind switch
        {
            < 600 => (1, 3),
            < 850 => (4, 10),
            < 950 => (11, 30),
            < 990 => (31, 100),
            < 999 => (101, 500),
            _ => (501, 3000),
        };
        int size = from + draw.Below(to - from + 1);
        return Math.Min(left, Math.Min(size, Math.Max(3, people / 10)));
    }

    private static int WriteLocalNumber(int ordinal, Span<byte> to)
    {
        to[0] = (byte)'D';
        Utf8Formatter.TryFormat(ordinal, to[1..], out int digits, new System.Buffers.StandardFormat('D', 8));
        return digits + 1;
    }

    /// <summary>A unified social credit code: enterprise (91), the area, an organisation code with its own check character (GB 11714), the check character.</summary>
    private int WriteCreditCode(int ordinal, Span<byte> to)
    {
        Span<char> code = stackalloc char[17];
        "91".CopyTo(code);
        area.CopyTo(code[2..]);
        "MA".CopyTo(code[8..]);
        long number = ((ordinal * Shuffle) + (seed & 0xFFFFF)) % Codes;
        for (int i = 15; i >= 10; i--)
        {
            code[i] = (char)Alphabet[(int)(number % 30)];
            number /= 30;
        }

        code[16] = OrganisationCheck(code[8..16]);
        for (int i = 0; i < code.Length; i++)
        {
            to[i] = (byte)code[i];
        }

        to[17] = (byte)SocialCreditCode.CheckCharacterOf(code)!.Value;
        return SocialCreditCode.Length;
    }

    private static char OrganisationCheck(ReadOnlySpan<char> eight)
    {
        ReadOnlySpan<byte> weights = [3, 7, 9, 10, 5, 8, 4, 2];
        int sum = 0;
        for (int i = 0; i < eight.Length; i++)
        {
            sum += weights[i] * (char.IsAsciiDigit(eight[i]) ? eight[i] - '0' : eight[i] - 'A' + 10);
        }

        return (11 - (sum % 11)) switch { 11 => '0', 10 => 'X', int digit => (char)('0' + digit) };
    }

    private static byte[][] Words(string words) => [.. words.Split(' ').Select(System.Text.Encoding.UTF8.GetBytes)];
}
