using SpotArtifacts.Studio.Artifacts;
using SpotArtifacts.Studio.Models;
using SpotArtifacts.Studio.Server;

namespace SpotArtifacts.Studio.Tests.Models;

/// <summary>
/// A runs folder with a tiny run (<c>tiny</c>) and a tiny exported model (<c>tiny.onnx</c>), a folder of images, and the services
/// over both; all gone after the test.
/// </summary>
internal sealed class ModelFolder : IDisposable
{
    internal const string Run = "tiny", Exported = "tiny.onnx";

    private readonly TemporaryFolder _folder = new();
    private readonly Stack<IDisposable> _open = new();

    /// <summary>Makes the folders.</summary>
    /// <param name="images">How many images; 0: the studio is started without.</param>
    internal ModelFolder(int images = 12)
    {
        WriteModels(Runs);
        if (images > 0)
            BlockImages.Write(_folder, "photos", images);
        Folders = new AllowedFolders(Runs, images > 0 ? [Photos] : []);
        Engine = Keep(new EngineThread());
        Work = Keep(new BackgroundWork(TimeProvider.System));
        Catalog = new ModelCatalog(Folders);
        Indices = new ImageIndices(Folders, Work);
        Models = Keep(new OpenModels(Catalog, Engine, Indices));
        ModelWork = new ModelWork(Models, Indices, Work);
        Workshop = Keep(new RepairWorkshop(Engine));
    }

    internal string Runs => At("runs");

    internal string Photos => At("photos");

    internal AllowedFolders Folders { get; }

    internal EngineThread Engine { get; }

    internal BackgroundWork Work { get; }

    internal ModelCatalog Catalog { get; }

    internal ImageIndices Indices { get; }

    internal OpenModels Models { get; }

    internal ModelWork ModelWork { get; }

    internal RepairWorkshop Workshop { get; }

    internal static CancellationToken Stop => TestContext.Current.CancellationToken;

    internal string At(string name) => _folder.At(name);

    internal string Write(string name, byte[] content) => _folder.Write(name, content);

    /// <summary>Puts both models into a folder of runs.</summary>
    internal static void WriteModels(string runs)
    {
        string source = Path.Combine(AppContext.BaseDirectory, "models"), run = Path.Combine(source, "run");
        foreach (string file in Directory.EnumerateFiles(run, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(runs, Run, Path.GetRelativePath(run, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target, overwrite: true);
        }
        File.Copy(Path.Combine(source, "spotting.onnx"), Path.Combine(runs, Exported), overwrite: true);
    }

    /// <summary>A model, in use until the test ends.</summary>
    internal OpenModel Take(string name) => Keep(Models.Take(name)).Model;

    /// <summary>A model with the index of the photos, made first.</summary>
    internal async Task<(OpenModel Model, SearchSpace Space)> TakeSpaceAsync(string name = Exported)
    {
        OpenModel model = Take(name);
        WorkItem building = await model.BuildIndexAsync();
        await building.Completion;
        Assert.Null(building.Progress.Problem);
        return (model, (await model.SpaceAsync())!);
    }

    public void Dispose()
    {
        while (_open.TryPop(out IDisposable? open))
            open.Dispose();
        _folder.Dispose();
    }

    private T Keep<T>(T open) where T : IDisposable
    {
        _open.Push(open);
        return open;
    }
}
