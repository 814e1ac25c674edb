using SpotArtifacts.Cli;

using StopSignals signals = StopSignals.Listen();
return await SpotCommandLine.RunAsync(args, Console.Out, Console.Error, signals);
