using System.Text.Json;
using System.Text.Json.Serialization;
using SpotArtifacts.Engine;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Pretraining;

/// <summary>What a run was started with besides its recipe; kept as <c>run.json</c>.</summary>
/// <param name="Images">Where the images are, as absolute paths.</param>
/// <param name="Version">Version of this software.</param>
/// <param name="Libtorch">Version of libtorch.</param>
/// <param name="InstructionSet">Instruction set libtorch used.</param>
/// <param name="Runtime">.NET runtime.</param>
/// <param name="Threads">Threads of one operator: a bit-equal resume needs the same number.</param>
/// <param name="Autoencoder">File stage 1 was taken from; null when it was trained.</param>
public sealed record RunDescription(
    IReadOnlyList<string> Images, string Version, string Libtorch, string InstructionSet, string Runtime, int Threads,
    string? Autoencoder = null)
{
    /// <summary>What the paths of images were said to be.</summary>
    public ImageSourceFormat ImagesFormat { get; init; }

    /// <summary>Where it trains: <c>cpu</c> or <c>cuda:N</c>.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>What its convolutions and products compute in: <c>f32</c>, <c>tf32</c> or <c>bf16</c>.</summary>
    public string Precision { get; init; } = "f32";

    /// <summary>List of the images that are left out, as an absolute path; null for none.</summary>
    public string? Quarantine { get; init; }

    /// <summary>Names that are left out, as <see cref="ImageSetOptions.Exclude"/>.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Largest width * height of an image.</summary>
    public long MaxPixels { get; init; } = ImageDecoder.DefaultMaxPixels;

    /// <summary>Processes that it began with: with the recipe's batch per rank they say how many images a step has.</summary>
    public int Ranks { get; init; } = 1;

    /// <summary>Whether batch norms take their statistics over the images of all ranks.</summary>
    public bool SyncBatchNorm { get; init; }

    /// <summary>Whether ranks add up in a fixed order.</summary>
    public bool DeterministicReductions { get; init; }

    /// <summary>Whether a checkpoint has been written: where none is there then, it was lost.</summary>
    public bool HasCheckpoint { get; init; }

    /// <summary>How <see cref="Images"/> are read.</summary>
    internal ImageSetOptions ImageOptions =>
        new() { Format = ImagesFormat, QuarantineList = Quarantine, Exclude = Exclude, MaxPixels = MaxPixels };

    /// <summary>The same run over images that are read in this way.</summary>
    public RunDescription With(ImageSetOptions options) => this with
    {
        ImagesFormat = options.Format,
        Quarantine = options.QuarantineList is { } list ? Path.GetFullPath(list) : null,
        Exclude = options.Exclude,
        MaxPixels = options.MaxPixels,
    };

    /// <summary>Opens the images the run was started with; the caller closes them.</summary>
    /// <param name="stop">Ends the listing.</param>
    /// <exception cref="ImageSetException">They are not there any more, or have changed beyond use.</exception>
    public ImageSet OpenImages(CancellationToken stop = default) =>
        ImageSet.Open(Images, ImageOptions with { Cancellation = stop });
}

/// <summary>A folder that holds everything of one run. Never overwritten silently.</summary>
public sealed class RunFolder
{
    /// <summary>Name of the file that makes a folder a run folder.</summary>
    public const string RecipeName = "recipe.resolved.yaml";

    private static readonly JsonSerializerOptions s_json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    private RunFolder(string path) => Path = path;

    /// <summary>The folder, as an absolute path.</summary>
    public string Path { get; }

    /// <summary>Latest checkpoint: everything that resuming takes.</summary>
    public string Checkpoint => File("checkpoints", "last.safetensors");

    /// <summary>Finished weights of all networks.</summary>
    public string Weights => File("weights.safetensors");

    /// <summary>One JSON object a line.</summary>
    public string Metrics => File("metrics.jsonl");

    /// <summary>Images that could not be used.</summary>
    public string Skipped => File("skipped.txt");

    /// <summary>The images it began with: name, length and checksum of each.</summary>
    public string ImageList => File("images.txt");

    /// <summary>Folder of the sample sheets.</summary>
    public string Samples => File("samples");

    /// <summary>Makes a new run folder, with its recipe and description.</summary>
    /// <exception cref="SpotException">The folder exists and is not empty, or cannot be made.</exception>
    public static RunFolder Create(string path, Recipe recipe, RunDescription description)
    {
        string full = System.IO.Path.GetFullPath(path);
        OutputFile.RequireFolder(path);
        if (Directory.Exists(full) && Directory.EnumerateFileSystemEntries(full).Any())
            throw new SpotException(
                $"{path} exists already and is never overwritten; name another folder, delete it, or continue it with: spot "
                    + $"resume {path}");
        var folder = new RunFolder(full);
        try
        {
            folder.MakeFolders();
            folder.Write(description);
            RecipeFile.Write(recipe, folder.File(RecipeName));
        }
        catch (Exception e) when (e is OutputException || OutputException.IsSystems(e))
        {
            throw new SpotException($"{path}: cannot make the run folder: {e.Message}", e);
        }
        return folder;
    }

    /// <summary>Makes the folders inside it where they are missing: a copy may have left empty ones out.</summary>
    internal void MakeFolders()
    {
        Directory.CreateDirectory(Samples);
        Directory.CreateDirectory(File("checkpoints"));
    }

    /// <summary>Removes a run that failed before it trained a step, so that it is not in the way of the next try.</summary>
    /// <returns>Whether there was nothing worth keeping.</returns>
    internal bool RemoveUntrained()
    {
        bool trained = System.IO.File.Exists(Checkpoint) || System.IO.File.Exists(Weights)
            || System.IO.File.Exists(Metrics) && new FileInfo(Metrics).Length > 0
            || Directory.EnumerateFiles(Path, "nonfinite-*").Any();
        if (!trained)
            Directory.Delete(Path, recursive: true);
        return !trained;
    }

    /// <summary>Opens a run folder.</summary>
    /// <exception cref="SpotException">It is not one.</exception>
    public static RunFolder Open(string path)
    {
        var folder = new RunFolder(System.IO.Path.GetFullPath(path));
        if (!System.IO.File.Exists(folder.File(RecipeName)))
            throw new SpotException(
                $"{path} is not a run folder: it has no {RecipeName}; runs are made by: spot pretrain --images PATH --out "
                    + $"{path}");
        return folder;
    }

    /// <summary>
    /// Removes what a killed writer left unfinished, and makes folders that a copy of the run has lost because they were empty; no
    /// other process may be writing to the folder.
    /// </summary>
    internal void MakeReady()
    {
        MakeFolders();
        foreach (string file in Directory.EnumerateFiles(Path, "*" + AtomicFile.TemporaryExtension, SearchOption.AllDirectories))
            System.IO.File.Delete(file);
    }

    /// <summary>A path inside the folder.</summary>
    public string File(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>Reads the recipe as it was resolved. What an earlier version did not write, it did not do.</summary>
    public Recipe ReadRecipe()
    {
        RecipeFile file = RecipeFile.Read(File(RecipeName));
        Recipe preset = Presets.Get(file.Preset ?? Presets.Default);
        Recipe recipe = file.Apply(preset with { Spotting = preset.Spotting with { Balance = 0 } });
        recipe.Validate();
        return recipe;
    }

    /// <summary>Writes what the run is started with.</summary>
    internal void Write(RunDescription description) =>
        AtomicFile.WriteText(File("run.json"), JsonSerializer.Serialize(description, s_json) + "\n");

    /// <summary>Remembers that there has been a checkpoint.</summary>
    internal void NoteCheckpoint()
    {
        RunDescription description = ReadDescription();
        if (!description.HasCheckpoint)
            Write(description with { HasCheckpoint = true });
    }

    /// <summary>Reads what the run was started with.</summary>
    public RunDescription ReadDescription()
    {
        try
        {
            return JsonSerializer.Deserialize<RunDescription>(System.IO.File.ReadAllText(File("run.json")), s_json)!;
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            throw new SpotException($"{File("run.json")}: {e.Message}; the run cannot be continued without it", e);
        }
    }

    /// <summary>Describes a run over open images that starts now on this machine, on its processor in Float32.</summary>
    /// <param name="images">The images. Those of a program's own have no paths: such a run is resumed by that program alone.</param>
    public static RunDescription Describe(ImageSet images)
    {
        ArgumentNullException.ThrowIfNull(images);
        return Describe(images.Paths, autoencoder: null).With(images.Options);
    }

    /// <summary>Describes a run that starts now on this machine.</summary>
    /// <param name="images">Paths of its images.</param>
    /// <param name="autoencoder">File that stage 1 is taken from; null where it is trained.</param>
    public static RunDescription Describe(IEnumerable<string> images, string? autoencoder)
    {
        return new RunDescription(
            [.. images.Select(System.IO.Path.GetFullPath)], typeof(RunFolder).Assembly.GetName().Version?.ToString(3) ?? "0",
            NativeEngine.LibtorchVersion, Processor.Instructions,
            System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription, NativeEngine.ThreadCount, autoencoder);
    }
}
