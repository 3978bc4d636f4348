using Batch.Host;

return await CommandLine.RunAsync(args);
