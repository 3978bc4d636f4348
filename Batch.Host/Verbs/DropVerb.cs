using System.CommandLine;
using System.Globalization;
using Batch.Host.Access;
using Batch.Jobs.Facts;
using Batch.Jobs.Intake;
using Batch.Jobs.Store;

namespace Batch.Host.Verbs;

/// <summary><c>drop --area A --dir D [--watch]</c>: takes the files of a drop folder, once or for as long as it runs.</summary>
internal static class DropVerb
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(2);

    private static readonly Option<string?> Area = VerbOptions.Area();
    private static readonly Option<DirectoryInfo> Folder = new("--dir") { Description = "投递目录 / the drop folder", HelpName = "DIR", Required = true };
    private static readonly Option<bool> Watch = new("--watch") { Description = "持续监视，直到中断 / go on until interrupted" };
    private static readonly Option<string?> By = VerbOptions.ByOrOsUser();

    public static Command Create() => new Verb("drop", "接收投递目录中的文件", "take the files of a drop folder in", RunAsync) { Area, Folder, Watch, By, VerbOptions.Limits }.Acts(Permissions.SendFiles);

    private static async Task<int> RunAsync(VerbCall call)
    {
        DirectoryInfo folder = call.Need(Folder);
        if (!folder.Exists)
        {
            throw VerbFault.OfUsage($"There is no folder {folder.FullName}.", $"没有目录 {folder.FullName}。");
        }

        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        Progress told = new(call.Output);
        List<DroppedFile> taken = [];
        do
        {
            // Opened for each look: a policy may have come into force meanwhile.
            Area area = await call.OpenOrCreateAreaAsync(database, call.Need(Area)!);
            taken.AddRange(await new DropFolder(area, call.Clock, VerbOptions.LimitsOf(call), DropFolder.UsualRest).TakeOnceAsync(folder.FullName, call.By, told, call.Cancellation));
            if (call.Get(Watch))
            {
                taken.Clear();
                await Task.Delay(BetweenLooks, call.Cancellation);
                await call.RequireStillAsync(database);
            }
        }
        while (call.Get(Watch));

        call.Output.Document(new
        {
            files = taken.Select(f => new { f.Name, upload = f.Upload?.Number, f.Upload?.State, f.Upload?.Submission, f.Upload?.Rows, f.Code, f.Where }),
        });
        if (taken.Count == 0)
        {
            call.Output.Line("没有可接收的文件。/ No file to take.");
        }

        return taken.Exists(f => f.Code is "DISK_FULL" or "DATABASE_LOST") ? ExitCode.Environment : taken.Exists(f => f.Code is not null) ? ExitCode.Data : ExitCode.Done;
    }

    private sealed class Progress(VerbOutput output) : IProgress<DroppedFile>
    {
        public void Report(DroppedFile value) => output.Line(string.Create(
            CultureInfo.InvariantCulture, $"{value.Name}  {StateOf(value)} {value.Code}  {value.Upload?.Rows ?? 0} 行 rows  {value.Where}"));

        private static string StateOf(DroppedFile file) =>
            file.Code == DroppedFile.NoRowTaken ? "rejected" : file.Upload?.State.ToString().ToLowerInvariant() ?? "failed";
    }
}
