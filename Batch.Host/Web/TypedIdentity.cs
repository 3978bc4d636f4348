using Batch.Jobs.Files;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using NodaTime.Text;

namespace Batch.Host.Web;

/// <summary>Numbers and days as people type them into the forms of an identity.</summary>
internal static class TypedIdentity
{
    /// <exception cref="DataFaultException">ID_INVALID.</exception>
    public static CitizenId? Number(string? typed, LocalDate today) => string.IsNullOrWhiteSpace(typed) ? null
        : CitizenId.TryParse(TypedNumber.Of(typed).ToUpperInvariant(), today, out CitizenId id) == CitizenIdFault.None ? id
        : throw AccountHolder.IdInvalid();

    /// <exception cref="DataFaultException">DATE_INVALID.</exception>
    public static LocalDate? Day(string? typed) => string.IsNullOrWhiteSpace(typed) ? null
        : LocalDatePattern.Iso.Parse(typed.Trim()) is { Success: true } parsed ? parsed.Value
        : throw new DataFaultException("DATE_INVALID", "日期请按 2021-04-02 的格式填写。", "Write the date as 2021-04-02.");

    public static DataFaultException DateMissing() => new("DATE_MISSING", "请填写变更日期。", "Give the date of the change.");
}
