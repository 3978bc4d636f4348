using NodaTime;

namespace Batch.Jobs.Facts;

/// <summary>A person and month in one number: the key of everything that is declared.</summary>
public readonly record struct PersonMonthKey(int Person, YearMonth Month);
