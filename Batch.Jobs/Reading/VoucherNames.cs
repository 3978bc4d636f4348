using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Reading;

/// <summary>The numbers of the vouchers of some months, as the report of vouchers has them.</summary>
internal sealed class VoucherNames
{
    /// <summary>Day, part and key of a voucher, with its number, of the lines <c>l</c> of one month.</summary>
    public const string Number = "'记-' || lpad((dense_rank() OVER (ORDER BY l.day, l.part, l.key))::text, 4, '0')";

    private const int OfMoney = 1, OfRun = 3;

    private readonly Dictionary<(DateOnly Day, int Part, long Key), string> _names = [];

    /// <summary>The voucher of a day's money in and out.</summary>
    public string? OfDay(LocalDate day) => _names.GetValueOrDefault((day.ToDateOnly(), OfMoney, 0));

    /// <summary>The voucher of a run, by its place in the ledger.</summary>
    public string? Of(YearMonth month, long seq) => _names.GetValueOrDefault((month.PlusMonths(1).FirstDay().AddDays(-1), OfRun, seq));

    public static async Task<VoucherNames> ReadAsync(Area area, IEnumerable<YearMonth> months, CancellationToken cancellation)
    {
        VoucherNames names = new();
        foreach (YearMonth month in months.Distinct())
        {
            foreach ((DateOnly day, int part, long key, string name) in await area.ReadAsync(
                $"SELECT DISTINCT l.day, l.part, l.key, {Number} FROM :area.book_line l WHERE l.month = $1",
                r => (r.GetFieldValue<DateOnly>(0), r.GetInt32(1), r.GetInt64(2), r.GetString(3)), cancellation, month.FirstDay()))
            {
                names._names[(day, part, key)] = name;
            }
        }

        return names;
    }
}
