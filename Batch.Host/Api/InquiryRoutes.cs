namespace Batch.Host.Api;

/// <summary>What people ask through a channel: as much of it as <see cref="Channel"/> says, and nothing else.</summary>
internal static class InquiryRoutes
{
    public static void Map(RouteGroupBuilder api)
    {
        foreach (Channel channel in Channel.All)
        {
            api.MapPost($"/inquiries/{channel.Name}", async (Body<HolderRequest> body, Asker asker, CancellationToken cancellation) =>
                    await new ChannelAnswer(await asker.FindAsync(body.Value, channel.Name, "account", cancellation), asker.Today).OfAsync(channel, cancellation))
                .Needs(Scopes.InquiryPrefix + channel.Name).WithSummary($"{channel.Chinese}: {string.Join(", ", channel.Fields.Select(f => f.Name()))}, with the least personal data.");
        }
    }
}
