namespace Batch.Jobs.Facts;

/// <summary>Why a row did not pass. Found is masked where it is personal.</summary>
/// <param name="Code">Stable code, such as <c>ID_CHECK_DIGIT</c>; the table of codes gives the sentences.</param>
public sealed record Rejection(string Code, int Row, string Column, string Found, string Expected);
