namespace Batch.Host.Web;

/// <summary>The acts of the audit log in words; the log itself keeps their codes.</summary>
internal static class ActWords
{
    private const string Post = ActGroups.Post;

    public static (string Chinese, string English) Of(string act) =>
        ActTable.Done.TryGetValue(act, out (string Chinese, string English) done) ? done
        : act.StartsWith(VerbActs.Prefix, StringComparison.Ordinal) ? OfVerb(act[VerbActs.Prefix.Length..])
        : act.Split(' ') is [var method, ['/', ..] route, .. var rest] ? OfRequest(method + " ", route, rest)
        : (act, act);

    private static (string Chinese, string English) OfVerb(string verb)
    {
        (string chinese, string english) = ActTable.Verbs.GetValueOrDefault(verb, (verb, verb));
        return ($"{chinese}（命令行，已收到）", $"{english} (command line, received)");
    }

    // As it came: method, route, what a page was asked to do, how it ended. What no form of ours sends has no words, and nothing is done for it.
    private static (string Chinese, string English) OfRequest(string method, string route, string[] rest)
    {
        string asked = string.Join(' ', rest.SkipLast(1).Prepend(route)), ended = rest.LastOrDefault("");
        (string chinese, string english) = method == Post && ActTable.Requests.TryGetValue(asked, out (string Chinese, string English) known) ? known : ("无效的请求", "unknown request");
        (string by, string byEnglish) = route.StartsWith(Api.ApiFaults.Path, StringComparison.Ordinal) ? ("接口", "API") : ("网页", "page");
        (string how, string howEnglish) = ended == EveryAct.Begun ? ("已收到", "received") : ended is ['4' or '5', ..] ? ("未成功", "refused") : ("已答复", "answered");
        return ($"{chinese}（{by}，{how}）", $"{english} ({byEnglish}, {howEnglish})");
    }
}
