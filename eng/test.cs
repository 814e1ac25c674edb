// The gate: builds the solution with warnings as errors, checks the format, runs every test project, and counts.
//
//   dotnet run --file eng/test.cs -- [FILTER | runner options]     ./spot test and spot.cmd test do this
//
// A bare word runs the tests whose full name contains it; options go to the test runner as they are (-class, -method, -trait, ...).
// Either way the format check is left out: it is for whole runs. The last line is "N passed, N failed", with ", N skipped" where any.

using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Xml.Linq;

string root = Path.GetDirectoryName(Path.GetDirectoryName(ThisFile()))!, solution = Path.Combine(root, "SpotArtifacts.slnx");
string[] arguments = args is ["test", ..] ? args[1..] : args; // spot.cmd cannot leave its own first word out
string[] filter = arguments is [var word] && !word.StartsWith('-') ? ["-method", $"*{word}*"] : arguments;
int passed = 0, failed = 0, skipped = 0;
Lock counting = new();
// The command line's tests train beside each other, and start programs that train: threads of each would wait for those of the others.
const string OnOneThread = "SpotArtifacts.Cli.Tests";

Say("building");
if (Run("build", solution, "-c", "Release", "-v", "quiet", "-clp:NoSummary", "-nodeReuse:false", "-warnaserror") != 0) return Fail("The build failed.");
// White space alone: whatever else a style says, the build has refused already. Files as they lie, so that it needs nothing of what is built.
Task<bool> formatted = arguments.Length > 0 ? Task.FromResult(true) : Task.Run(() =>
{
    Say("checking the format");
    return Run("format", "whitespace", root, "--folder", "--exclude", "artifacts", "--verify-no-changes", "--verbosity", "quiet") == 0;
});
// Two lanes beside each other, one thread each; alone what starts ranks or trains most: threads of both would wait for each other.
string[] projects = [.. Directory.GetDirectories(Path.Combine(root, "tests"), "*.Tests").Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];
string[][] lanes = [["SpotArtifacts.Studio.Tests", "SpotArtifacts.Features.Tests"], ["SpotArtifacts.Images.Tests", "SpotArtifacts.Transfer.Tests"]];
foreach (string project in projects.Except(lanes.SelectMany(lane => lane))) RunTests(project, project == OnOneThread ? "1" : null);
Parallel.ForEach(lanes, lane => { foreach (string project in lane) RunTests(project, "1"); });
if (!formatted.Result) Console.WriteLine("The format check failed: \"dotnet format SpotArtifacts.slnx\" mends it.");
if (passed + failed == 0) Console.WriteLine("No test ran.");
Console.WriteLine($"{passed} passed, {failed} failed{(skipped > 0 ? $", {skipped} skipped" : "")}");
return formatted.Result && failed == 0 && passed > 0 ? 0 : 1;

// The counts come from the result file: a project that dies before it has written one is a failure whatever it printed.
void RunTests(string name, string? threads)
{
    Say($"running {name}");
    string results = Path.Combine(root, "artifacts", "test-results", $"{name}.xml");
    Directory.CreateDirectory(Path.GetDirectoryName(results)!);
    File.Delete(results);
    string program = Path.Combine(root, "artifacts", "bin", name, "release", $"{name}.dll");
    int status = RunWith(threads, [program, "-noLogo", "-noColor", "-noAutoReporters", "-reporter", "quiet", "-result-xml", results, .. filter]);
    lock (counting)
    {
        Tally(name, status, results);
    }
}

void Tally(string name, int status, string results)
{
    if (!File.Exists(results))
    {
        Console.WriteLine($"{name} ended with status {status} and left no results.");
        failed++;
        return;
    }
    XElement[] assemblies = [.. XDocument.Load(results).Descendants("assembly")];
    int Count(string attribute) => assemblies.Sum(assembly => (int?)assembly.Attribute(attribute) ?? 0);
    int wrong = Count("failed") + Count("errors");
    if (status != 0 && wrong == 0) Console.WriteLine($"{name} ended with status {status} after its tests.");
    passed += Count("passed");
    skipped += Count("skipped");
    failed += status != 0 && wrong == 0 ? 1 : wrong;
}

int Run(params string[] command) => RunWith(null, command);

int RunWith(string? threads, string[] command)
{
    var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", command) { RedirectStandardInput = true, WorkingDirectory = root };
    // What this program was started with is not meant for the ones it starts.
    foreach (string name in start.Environment.Keys.Where(key => key.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray()) start.Environment.Remove(name);
    if (threads is not null) start.Environment.TryAdd("OMP_NUM_THREADS", threads);
    using Process process = Process.Start(start)!;
    process.StandardInput.Close();
    process.WaitForExit();
    return process.ExitCode;
}

int Fail(string message)
{
    Console.WriteLine(message);
    Console.WriteLine("0 passed, 1 failed");
    return 1;
}

static void Say(string message) => Console.Error.WriteLine($"spot: {message}");

static string ThisFile([CallerFilePath] string path = "") => path;
