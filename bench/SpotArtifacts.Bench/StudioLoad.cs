using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using SpotArtifacts.Engine;
using SpotArtifacts.Export;
using SpotArtifacts.Features;
using SpotArtifacts.Features.Search;
using SpotArtifacts.Images;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Scenes;

namespace SpotArtifacts.Bench;

/// <summary>
/// Searches asked of a studio that runs in a process of its own, over an index of pictures and a network of demo32's size. Requests
/// are sent at their times whether or not earlier ones are answered, and a request's time runs from when it was due: a studio that
/// falls behind shows. Sender and studio share the machine's cores.
/// </summary>
internal sealed class StudioLoad : IDisposable
{
    private const int Gallery = 5000, Distinct = 200, PictureSide = 64;
    private const string Model = "bench.onnx";

    private readonly string _folder = Directory.CreateTempSubdirectory("spot-bench-studio-").FullName;
    private readonly HttpClient _client = new(new SocketsHttpHandler { PooledConnectionLifetime = Timeout.InfiniteTimeSpan });
    private readonly List<(double Seconds, double Memory)> _memory = [];
    private Process? _studio;
    private byte[][] _pictures = [];

    /// <summary>Takes seconds, requests a second and a folder of pictures; 60, 200 and rendered ones unless given.</summary>
    internal static int Run(string[] args)
    {
        double seconds = args.Length > 0 ? double.Parse(args[0], CultureInfo.InvariantCulture) : 60;
        double rate = args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 200;
        using StudioLoad load = new();
        load.Prepare(args.Length > 2 ? args[2] : null);
        string address = load.Start();
        load.SendAsync(address, 3, rate).GetAwaiter().GetResult(); // what is compiled and loaded once
        load._memory.Clear();
        TimeSpan before = load._studio!.TotalProcessorTime;
        long start = Stopwatch.GetTimestamp();
        List<Answer> answers = load.SendAsync(address, seconds, rate).GetAwaiter().GetResult();
        double wall = Stopwatch.GetElapsedTime(start).TotalSeconds;
        load._studio.Refresh();
        load.Report(answers, wall, (load._studio.TotalProcessorTime - before).TotalSeconds);
        return 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_studio is { HasExited: false })
        {
            _studio.Kill(entireProcessTree: true);
            _studio.WaitForExit();
        }
        _studio?.Dispose();
        _client.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void Prepare(string? given)
    {
        string photos = Path.Combine(_folder, "photos"), model = Path.Combine(_folder, Model);
        Directory.CreateDirectory(photos);
        if (given is null)
            Render(photos);
        else
            Copy(given, photos);
        WriteModel(model);
        using SpotModel network = SpotModel.Load(model);
        using ImageSet set = ImageSet.Open([photos]);
        FeatureIndexBuilder.Build(
            network, set, new FeatureIndexOptions { Path = Path.Combine(_folder, "photos.spotindex"), Sources = [photos] });
        _pictures = [.. Enumerable.Range(0, Math.Min(Distinct, set.Count)).Select(
            i => set.ReadEncoded((int)((long)i * set.Count / Distinct))!)];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"index of {set.Count} pictures, queries of {_pictures.Average(picture => picture.Length) / 1024:F1} KiB"));
    }

    private static void Render(string photos) => Parallel.For(0, Gallery, i => PngFile.Write(
        Picture(photos, i), SceneImages.Render(i, seed: 1, PictureSide).Image));

    // The studio reads nothing outside of its folders.
    private static void Copy(string given, string photos)
    {
        using ImageSet set = ImageSet.Open([given]);
        for (int i = 0; i < Math.Min(Gallery, set.Count); i++)
            File.WriteAllBytes(
                Picture(photos, i), set.ReadEncoded(i) ?? throw new SpotException($"{given} holds bare pixels, no files"));
    }

    // A picture goes by its content, whatever its name says.
    private static string Picture(string photos, int number) =>
        Path.Combine(photos, string.Create(CultureInfo.InvariantCulture, $"{number:D5}.png"));

    // What the weights are does not matter for the time.
    private static void WriteModel(string path)
    {
        NativeEngine.SetThreads();
        OnnxExport.Write(ExportOnDemand.BuildRandom(RecipeResolution.Resolve(preset: "demo32")), path);
    }

    private string Start()
    {
        string here = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        string program = Path.Combine(here, "..", "..", "SpotArtifacts.Cli", Path.GetFileName(here), "spot.dll");
        ProcessStartInfo start = new("dotnet",
            [program, "studio", _folder, "--port", "0", "--requests-per-second", "100000"])
        { RedirectStandardOutput = true };
        _studio = Process.Start(start)!;
        return _studio.StandardOutput.ReadLine() is { } address
            ? new Uri(new Uri(address), $"api/models/{Model}/search").ToString()
            : throw new SpotException("the studio did not start; is src/SpotArtifacts.Cli built?");
    }

    private async Task<List<Answer>> SendAsync(string address, double seconds, double rate)
    {
        int count = (int)(seconds * rate);
        Task<Answer>[] answers = new Task<Answer>[count];
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < count; i++)
        {
            TimeSpan due = TimeSpan.FromSeconds(i / rate);
            while (Stopwatch.GetElapsedTime(start) is var now && now < due)
                await Task.Delay(due - now > TimeSpan.FromMilliseconds(2) ? 1 : 0).ConfigureAwait(false);
            if (i % (int)Math.Max(1, rate) == 0)
                NoteMemory(start);
            answers[i] = AskAsync(address, _pictures[i % _pictures.Length], start, due);
        }
        List<Answer> all = [.. await Task.WhenAll(answers).ConfigureAwait(false)];
        NoteMemory(start);
        return all;
    }

    private async Task<Answer> AskAsync(
        string address, byte[] picture, long start, TimeSpan due)
    {
        HttpStatusCode? status = null;
        try
        {
            using ByteArrayContent body = new(picture) { Headers = { ContentType = new MediaTypeHeaderValue("image/png") } };
            using HttpResponseMessage answer = await _client.PostAsync(address, body).ConfigureAwait(false);
            await answer.Content.ReadAsByteArrayAsync().ConfigureAwait(false);
            status = answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            // Counted as an error.
        }
        return new Answer((Stopwatch.GetElapsedTime(start) - due).TotalMilliseconds, status);
    }

    private void NoteMemory(long start)
    {
        _studio!.Refresh();
        _memory.Add((Stopwatch.GetElapsedTime(start).TotalSeconds, _studio.WorkingSet64 / 1048576.0));
    }

    private void Report(List<Answer> answers, double wall, double processor)
    {
        double[] times = [.. answers.Select(answer => answer.Milliseconds).Order()];
        double At(double share) => times[Math.Min(times.Length - 1, (int)(share * times.Length))];
        int errors = answers.Count(answer => answer.Status != HttpStatusCode.OK);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{answers.Count} searches in {wall:F1} s: median {At(0.5):F1} ms, p95 {At(0.95):F1}, p99 {At(0.99):F1}, longest "
            + $"{times[^1]:F1}; {errors} errors"));
        foreach (IGrouping<HttpStatusCode?, Answer> status in answers.Where(answer => answer.Status != HttpStatusCode.OK)
            .GroupBy(answer => answer.Status))
            Console.WriteLine($"  {status.Count()} answered {status.Key?.ToString() ?? "nothing"}");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"memory of the studio: {_memory[0].Memory:F0} MiB at the start, {_memory[_memory.Count / 2].Memory:F0} in the middle, "
            + $"{_memory[^1].Memory:F0} at the end, at most {_memory.Max(one => one.Memory):F0}; its processor time "
            + $"{processor:F1} s"));
    }

    private sealed record Answer(double Milliseconds, HttpStatusCode? Status);
}
