using NodaTime;

namespace Batch.Rules;

/// <summary>Ages in completed years 周岁 (edge 1).</summary>
public static class Ages
{
    /// <summary>Tiers are proven for 0 to this age; who is older is in the last tier.</summary>
    public const int Oldest = 150;

    /// <summary>Completed years on a date. A birthday on the date itself counts; one on 29 February falls on 1 March in common years (edge 4).</summary>
    public static int CompletedYears(LocalDate birth, LocalDate on)
    {
        int years = on.Year - birth.Year;
        bool before = on.Month < birth.Month || (on.Month == birth.Month && on.Day < birth.Day);
        return before ? years - 1 : years;
    }
}
