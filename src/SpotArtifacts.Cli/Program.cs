using SpotArtifacts.Cli;
using SpotArtifacts.Cli.Display;
using SpotArtifacts.Distributed;
using SpotArtifacts.Engine;

if (SpotCommandLine.Trains(args))
    HugePages.RestartWithThem();
using StopSignals signals = StopSignals.Listen();
StandardStreams streams = StandardStreams.Guard();
int code = await SpotCommandLine.RunAsync(args, Console.Out, Console.Error, signals);
RankSession.End(code);
return code == ExitCodes.Success && streams.HaveLostMessages ? ExitCodes.Failure : code;
