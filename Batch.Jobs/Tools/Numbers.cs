using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Tools;

/// <summary>
/// Gives out citizen numbers: a birth date as ages are distributed, and none twice. A group's index falls into one of 65,536 strata of the ages (its low 16 bits,
/// shuffled) and a round (the rest). Stratum and round decide the number one to one, and the numbers of two groups never meet.
/// </summary>
internal sealed class Numbers
{
    private const int Strata = 1 << 16;

    /// <summary>Odd, so that it permutes the strata; near the golden section, so that neighbours are far apart in age.</summary>
    private const int Spread = 40_503;

    /// <summary>Districts of the area's city that exist nowhere: no generated number can be a living person's.</summary>
    private const int FirstDistrict = 60;
    private const int Districts = 13;
    private const int Sequences = 1000;
    private const int PerBirthDate = Districts * Sequences;

    /// <summary>Prime to <see cref="PerBirthDate"/>.</summary>
    private const int Shuffle = 7919;

    private readonly LocalDate[] birth = new LocalDate[Strata];
    private readonly byte[] lane = new byte[Strata];
    private readonly int lanes;
    private readonly int group;
    private readonly int city;
    private readonly int turn;

    /// <param name="weights">How many people are of each age, from <paramref name="youngest"/> on, in any unit.</param>
    /// <param name="group">0 or 1; numbers of the two groups never meet.</param>
    public Numbers(string area, long seed, int group, LocalDate on, int youngest, ReadOnlySpan<int> weights)
    {
        this.group = group;
        city = int.Parse(area.AsSpan(0, 4), System.Globalization.CultureInfo.InvariantCulture);
        turn = new Draw(seed, Purpose.Employer, -1 - group).Below(Strata);
        long total = 0;
        foreach (int weight in weights)
        {
            total += weight;
        }

        long passed = 0;
        int age = 0;
        for (int stratum = 0; stratum < Strata; stratum++)
        {
            long at = ((2L * stratum) + 1) * total;
            while (at >= 2L * Strata * (passed + weights[age]))
            {
                passed += weights[age++];
            }

            long within = at - (2L * Strata * passed);
            int day = (int)(within * 365 / (2L * Strata * weights[age]));
            birth[stratum] = on.PlusYears(-youngest - age).PlusDays(-day);
            bool sameDay = stratum > 0 && birth[stratum] == birth[stratum - 1];
            lane[stratum] = (byte)(sameDay ? lane[stratum - 1] + 1 : 0);
            lanes = Math.Max(lanes, lane[stratum] + 1);
        }
    }

    public CitizenId Of(int index, out LocalDate bornOn)
    {
        int stratum = (int)((((long)(index % Strata) * Spread) + turn) % Strata);
        int place = (((index / Strata * lanes) + lane[stratum]) * 2) + group;
        if (place >= PerBirthDate)
        {
            throw new GenerateRefusedException($"There are not enough citizen numbers for {GenerateOptions.MostPeople} people; ask for fewer.");
        }

        bornOn = birth[stratum];
        int code = (int)((long)place * Shuffle % PerBirthDate);
        long region = (city * 100) + FirstDistrict + (code % Districts);
        long date = (bornOn.Year * 10000) + (bornOn.Month * 100) + bornOn.Day;
        return CitizenId.FromDigits17((((region * 100_000_000) + date) * Sequences) + (code / Districts));
    }
}
