using SpotArtifacts.Images;
using SpotArtifacts.Images.Scanning;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Studio.Runs;
using SpotArtifacts.Studio.Server;

namespace SpotArtifacts.Studio.Starting;

/// <summary>Looks at the images of a new run, and starts it.</summary>
internal sealed class NewRunStarter(AllowedFolders allowed, ImagePlaces places, RunProcesses processes, TimeProvider clock)
{
    // Loading libtorch on a busy machine; a million files are listed before the run's folder is made.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(0.2);

    /// <summary>Decodes every image once, as <c>spot data scan</c> does.</summary>
    /// <exception cref="SpotException">They cannot be read.</exception>
    internal Task<ImageScanReport> Scan(string path, IProgress<DecodingProgress> progress, CancellationToken stop)
    {
        return Task.Run(Run, stop);

        ImageScanReport Run()
        {
            using ImageSet set = places.Open(path, stop);
            return ImageScan.Run(set, progress: progress, cancellation: stop);
        }
    }

    /// <summary>Starts the run, and waits until its folder is there.</summary>
    /// <returns>Its name.</returns>
    /// <exception cref="SpotException">Something in the request cannot work, or the run failed; its message says why.</exception>
    internal async Task<string> Start(NewRunRequest request, CancellationToken stop)
    {
        request.Resolve();
        string images = places.Find(request.Images)
            ?? throw new StudioException($"{request.Images} is not inside the folders that the studio may read");
        await Task.Run(() => places.Open(request.Images, stop).Dispose(), stop).ConfigureAwait(false);
        string folder = FolderOf(request.Name);
        StartedRun run = processes.Start(folder, Arguments(request, images, folder));
        long began = clock.GetTimestamp();
        while (!File.Exists(Path.Combine(folder, RunFolder.RecipeName)))
        {
            await Task.WhenAny(run.Ended, Task.Delay(s_pause, clock, stop)).ConfigureAwait(false);
            stop.ThrowIfCancellationRequested();
            if (run.HasEnded)
                throw new StudioException(run.Problem);
            if (clock.GetElapsedTime(began) > s_patience)
                throw new StudioException("the run has not begun; it may still list its images");
        }
        return request.Name.Trim();
    }

    /// <summary>A name that no run has yet.</summary>
    internal string FreeName(string preset) => Enumerable.Range(1, 10_000).Select(i => $"{preset}-{i}")
        .First(name => !Path.Exists(Path.Combine(allowed.RunsFolder, name)));

    private string FolderOf(string name)
    {
        Directory.CreateDirectory(allowed.RunsFolder);
        string text = name.Trim();
        string folder = text.StartsWith('.') || text.StartsWith('-') ? "" : allowed.ForNew(text, allowed.RunsFolder) ?? "";
        if (folder.Length == 0)
            throw new StudioException($"'{name}' cannot be the name of a run: give it letters, digits and dashes");
        if (Path.Exists(folder))
            throw new StudioException($"there is a run called {text} already; give this one another name");
        return folder;
    }

    private static IEnumerable<string> Arguments(NewRunRequest request, string images, string folder) =>
        ["pretrain", "--images", images, "--out", folder, "--preset", request.Preset, "--device", request.Device,
            "--precision", request.Precision, .. request.Assignments.SelectMany(one => new[] { "--set", one })];
}
