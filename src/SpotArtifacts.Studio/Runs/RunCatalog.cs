using System.Collections.Concurrent;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Studio.Server;

namespace SpotArtifacts.Studio.Runs;

/// <summary>The runs in the folder.</summary>
/// <param name="allowed">Decides what may be read.</param>
/// <param name="processes">The runs that the studio started.</param>
internal sealed class RunCatalog(AllowedFolders allowed, RunProcesses processes)
{
    // A demo's run lies in its folder; nobody keeps runs deeper.
    private const int Depth = 3, MostFolders = 2000;

    private readonly ConcurrentDictionary<string, (DateTime Written, Recipe? Recipe)> _recipes = new(StringComparer.Ordinal);

    /// <summary>All runs, those first that wrote last.</summary>
    internal IReadOnlyList<RunSummary> List()
    {
        if (allowed.FindFolder(allowed.RunsFolder) is not { } root)
            return [];
        List<RunSummary> runs = [];
        Queue<(string Name, int Depth)> waiting = new([("", 0)]);
        for (int seen = 0; waiting.TryDequeue(out (string Name, int Depth) at) && seen < MostFolders; seen++)
        {
            if (at.Depth > 0 && Find(at.Name) is { } run)
                runs.Add(run);
            else if (at.Depth < Depth && allowed.FindFolder(at.Name.Length == 0 ? root : at.Name) is { } folder)
                foreach (string inner in FoldersIn(folder))
                    waiting.Enqueue((at.Name.Length == 0 ? inner : $"{at.Name}/{inner}", at.Depth + 1));
        }
        return [.. runs.OrderByDescending(run => run.State == RunState.Running).ThenByDescending(run => run.Updated)];
    }

    /// <summary>A run; null where there is none of that name.</summary>
    /// <param name="name">Its folder below the runs folder.</param>
    internal RunSummary? Find(string name)
    {
        if (!IsName(name) || allowed.FindFolder(name) is not { } folder
            || allowed.FindFile(RunFolder.RecipeName, folder) is not { } recipeFile)
            return null;
        string? metrics = allowed.FindFile("metrics.jsonl", folder);
        try
        {
            Recipe? recipe = ReadRecipe(recipeFile);
            MetricsLine? last = metrics is null ? null : MetricsTail.LastOf(metrics);
            (RunState state, string? problem) = StateOf(folder);
            return new RunSummary(name, folder, state, recipe?.Preset ?? "",
                new DateTimeOffset(File.GetLastWriteTimeUtc(metrics ?? recipeFile)))
            {
                Last = last,
                Steps = recipe is null || last is null ? null : StepsOf(recipe, last.Stage),
                Remaining = state == RunState.Running && recipe is not null && last is not null
                    ? Remaining(recipe, last, RanksOf(folder)) : null,
                HasCheckpoint = HasCheckpoint(folder),
                Problem = problem,
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // removed meanwhile
        }
    }

    /// <summary>The recipe of a run; null where it cannot be read.</summary>
    internal Recipe? RecipeOf(string name) =>
        IsName(name) && allowed.FindFolder(name) is { } folder && allowed.FindFile(RunFolder.RecipeName, folder) is { } file
            ? ReadRecipe(file) : null;

    /// <summary>Whether something trains in a folder now, and which process.</summary>
    internal int? ProcessOf(string folder)
    {
        if (processes.Of(folder) is { HasEnded: false } started)
            return started.Id;
        return allowed.FindFile(RunHolder.FileName, folder) is { } file && new FileInfo(file).Length < 1024
            && RunHolder.Read(File.ReadAllText(file)) is { Runs: true } holder ? holder.Process : null;
    }

    internal static long StepsOf(Recipe recipe, string stage) =>
        stage == AutoencodingStage.Name ? recipe.Autoencoding.Steps : recipe.Spotting.Steps;

    /// <summary>Until the end of a stage at the present rate.</summary>
    internal static TimeSpan? Remaining(Recipe recipe, MetricsLine last, int ranks) =>
        last.Find("images_per_second") is > 0 and { } rate
            ? TimeSpan.FromSeconds((StepsOf(recipe, last.Stage) - last.Step) * (double)recipe.BatchPerRank * ranks / rate) : null;

    private (RunState State, string? Problem) StateOf(string folder)
    {
        if (ProcessOf(folder) is not null)
            return (RunState.Running, null);
        if (processes.Of(folder) is { HasFailed: true } failed)
            return (RunState.Failed, failed.Problem);
        if (allowed.FindFile("weights.safetensors", folder) is not null)
            return (RunState.Finished, null);
        if (Directory.EnumerateFiles(folder, "nonfinite-*").FirstOrDefault() is { } lost)
            return (RunState.Failed, $"A loss was no number any more; the batch is in {Path.GetFileName(lost)}.");
        return HasCheckpoint(folder) ? (RunState.Stopped, null) : (RunState.Failed, "It ended before its first checkpoint.");
    }

    private bool HasCheckpoint(string folder) =>
        allowed.FindFile(Path.Combine("checkpoints", "last.safetensors"), folder) is not null;

    private int RanksOf(string folder)
    {
        try
        {
            return allowed.FindFile("run.json", folder) is null ? 1 : RunFolder.Open(folder).ReadDescription().Ranks;
        }
        catch (SpotException)
        {
            return 1;
        }
    }

    // Pages ask each second, and a recipe hardly ever changes.
    private Recipe? ReadRecipe(string file)
    {
        DateTime written = File.GetLastWriteTimeUtc(file);
        if (_recipes.TryGetValue(file, out (DateTime Written, Recipe? Recipe) known) && known.Written == written)
            return known.Recipe;
        Recipe? recipe = null;
        try
        {
            recipe = RecipeResolution.Resolve(recipeFile: file);
        }
        catch (RecipeException)
        {
            // Of another version.
        }
        if (_recipes.Count > MostFolders)
            _recipes.Clear();
        _recipes[file] = (written, recipe);
        return recipe;
    }

    // What a link in a page can say; the rest is AllowedFolders'.
    private static bool IsName(string name) => name.Length > 0 && !Path.IsPathRooted(name)
        && !name.Split('/', '\\').Any(part => part is "" or "." or "..");

    private static IEnumerable<string> FoldersIn(string folder)
    {
        try
        {
            return [.. Directory.EnumerateDirectories(folder).Select(path => Path.GetFileName(path)!)
                .Where(name => !name.StartsWith('.')).Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
