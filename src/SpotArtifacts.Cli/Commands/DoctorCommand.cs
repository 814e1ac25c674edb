using System.CommandLine;
using SpotArtifacts.Cli.Doctor;

namespace SpotArtifacts.Cli.Commands;

/// <summary><c>spot doctor</c>: what a run would compute with, how fast it is, and what is wrong with it.</summary>
internal static class DoctorCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create() => Create(Examination.Run);

    internal static Command Create(Func<DoctorFindings> examine)
    {
        Option<bool> json = new("--json") { Description = "Print findings and faults as one JSON object." };
        Command command =
            new("doctor", "Check libtorch, image codecs, threads and speed (2 s); exit status 1 if something is wrong.") { json };
        command.SetAction(parsed =>
        {
            DoctorFindings findings = examine();
            IReadOnlyList<Fault> faults = Diagnosis.Of(findings);
            TextWriter output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
                output.WriteLine(DoctorReport.ToJson(findings, faults));
            else
                output.Write(DoctorReport.ToText(findings, faults));
            return faults.Count == 0 ? ExitCodes.Success : ExitCodes.Failure;
        });
        return command;
    }
}
