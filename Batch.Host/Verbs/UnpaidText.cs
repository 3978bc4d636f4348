using Batch.Jobs.Reading;
using Batch.Jobs.Store;

namespace Batch.Host.Verbs;

/// <summary>How declared contributions whose money has not come are shown, wherever somebody may wonder why nothing was credited.</summary>
internal static class UnpaidText
{
    private const int Named = 5;

    public static void Write(VerbOutput output, UnpaidList? unpaid)
    {
        if (unpaid is not { Count: > 0 })
        {
            return;
        }

        output.Line($"{unpaid.Chinese} / {unpaid.English}");
        foreach (UnpaidEmployer employer in unpaid.First.Take(Named))
        {
            output.Line($"  {employer.Chinese} / {employer.English}");
        }

        if (unpaid.Count > Named)
        {
            output.Line("  …");
        }
    }

    public static object? Document(UnpaidList? unpaid) => unpaid is not { Count: > 0 } ? null : new
    {
        employers = unpaid.Count,
        unpaid.Declared,
        unpaid.Received,
        message = unpaid.English,
        messageZh = unpaid.Chinese,
        first = unpaid.First.Select(u => new { u.Number, u.Name, month = u.Month.Text(), u.Declared, u.Received, message = u.English, messageZh = u.Chinese }),
    };
}
