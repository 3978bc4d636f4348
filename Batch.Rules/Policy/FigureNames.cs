namespace Batch.Rules;

/// <summary>The figures that policies need and that are published apart from them, by the name that policy files and commands give them. All are yuan a month.</summary>
public static class FigureNames
{
    public const string AverageWage = "average-wage";
    public const string AveragePension = "average-pension";
    public const string BaseMinimum = "base-min";
    public const string BaseMaximum = "base-max";

    public static IReadOnlyList<string> All { get; } = [AverageWage, AveragePension, BaseMinimum, BaseMaximum];

    public static string Chinese(string name) => name switch
    {
        AverageWage => "上年度职工月平均工资",
        AveragePension => "平均养老金",
        BaseMinimum => "缴费基数下限",
        _ => "缴费基数上限",
    };

    public static string English(string name) => name switch
    {
        AverageWage => "average monthly wage of the prior year",
        AveragePension => "average pension",
        BaseMinimum => "lowest base",
        _ => "highest base",
    };

    /// <summary>The figure that a clerk writes, by its name or in Chinese; null: none of them.</summary>
    public static string? Of(string written) => written switch
    {
        "上年度社会平均工资" or "社会平均工资" or "平均工资" => AverageWage,
        "上年度平均养老金" => AveragePension,
        "缴费下限" or "基数下限" => BaseMinimum,
        "缴费上限" or "基数上限" => BaseMaximum,
        _ => All.FirstOrDefault(name => name == written || Chinese(name) == written),
    };
}
