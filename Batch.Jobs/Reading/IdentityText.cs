using Batch.Rules;

namespace Batch.Jobs.Reading;

/// <summary>Changes of who a person is, in words.</summary>
public static class IdentityText
{
    public static (string Chinese, string English) KindOf(string kind) => kind switch
    {
        "join" => ("合并", "join"),
        "part" => ("分出", "part"),
        "undo" => ("撤销", "undo"),
        _ => ("变更证件", "rename"),
    };

    public static (string Chinese, string English) DocumentOf(DocumentKind kind) => kind switch
    {
        DocumentKind.CitizenNumber => ("居民身份证", "citizen number"),
        DocumentKind.ResidencePermit => ("港澳台居民居住证", "residence permit, Hong Kong, Macao, Taiwan"),
        DocumentKind.PermanentResidenceCard => ("外国人永久居留身份证", "foreign permanent resident ID card"),
        DocumentKind.LettersAndDigits => ("外国人永久居留证（旧版）或外国人社会保障号码", "foreigner's old permanent residence card, or social security number"),
        _ => ("护照或通行证", "passport or travel permit"),
    };

    public static (string Chinese, string English) StateOf(string state) => state switch
    {
        "proposed" => ("待复核", "proposed"),
        "approved" => ("已生效", "approved"),
        "refused" => ("未同意", "refused"),
        _ => ("已撤回", "withdrawn"),
    };
}
