using System.Globalization;
using System.Text;
using Batch.Rules;

namespace Batch.Jobs.Reading;

/// <summary>An amount as it is read out in Chinese: 1080.50 is 一千零八十元五角, 0.05 is 五分, 200 is 二百元整.</summary>
public static class SpokenAmount
{
    private const string Digits = "零一二三四五六七八九";
    private static readonly string[] Places = ["", "十", "百", "千"];
    private static readonly string[] Groups = ["", "万", "亿"];

    public static string Of(Money amount)
    {
        if (amount.Fen == 0)
        {
            return "零元整";
        }

        long fen = Math.Abs(amount.Fen);
        StringBuilder text = new(amount.Fen < 0 ? "负" : "");
        (long yuan, int jiao, int rest) = (fen / 100, (int)(fen / 10 % 10), (int)(fen % 10));
        if (yuan > 0)
        {
            text.Append(Whole(yuan)).Append('元');
        }

        if (jiao > 0)
        {
            text.Append(Digits[jiao]).Append('角');
        }
        else if (rest > 0 && yuan > 0)
        {
            text.Append('零');
        }

        return text.Append(rest > 0 ? $"{Digits[rest]}分" : jiao == 0 ? "整" : "").ToString();
    }

    private static string Whole(long yuan)
    {
        string number = yuan.ToString(CultureInfo.InvariantCulture);
        if (number.Length > 12)
        {
            throw new ArgumentOutOfRangeException(nameof(yuan), "No account holds that much.");
        }

        StringBuilder text = new();
        bool gap = false;
        for (int i = 0; i < number.Length; i++)
        {
            int place = number.Length - 1 - i;
            int digit = number[i] - '0';
            if (digit != 0)
            {
                text.Append(gap ? "零" : "").Append(Digits[digit]).Append(Places[place % 4]);
            }

            gap = digit == 0 && (gap || text.Length > 0);
            // A group of four without any digit is not named.
            if (place % 4 == 0 && place > 0 && number[Math.Max(0, i - 3)..(i + 1)].Trim('0').Length > 0)
            {
                text.Append(Groups[place / 4]);
            }
        }

        // 十二, not 一十二, at the very front.
        return text.ToString() is ['一', '十', ..] spoken ? spoken[1..] : text.ToString();
    }
}
