namespace Batch.Rules;

/// <summary>Categories of people that every area knows; an area's policy may add its own.</summary>
public static class Categories
{
    public const string Unit = "unit";
}
