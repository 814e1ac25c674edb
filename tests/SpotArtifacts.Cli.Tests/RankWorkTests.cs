using SpotArtifacts.Cli.Tests.Commands;
using static SpotArtifacts.Cli.Tests.Commands.SpotProcess;

namespace SpotArtifacts.Cli.Tests;

/// <summary>The built program started as three ranks: what they write together.</summary>
public sealed class RankWorkTests : IDisposable
{
    private readonly ImageFolder _folder = new();

    [Fact]
    public async Task FeaturesScanPackAndEval_OnThreeRanks_EqualThoseOfOneProcessByteByByte()
    {
        string launcher = MpiRun.RequireAny();
        await File.WriteAllBytesAsync(Path.Combine(_folder.Images, "0", "damaged.png"), [0x89, 0x50, 0x4E, 0x47, 1, 2],
            TestContext.Current.CancellationToken);
        await Succeed(Start(_folder.PretrainArguments("run", "autoencoding.steps=1", "spotting.steps=1")));
        string[] Work(string what) => [.. what.Split(' '), "--quiet"];
        foreach ((string name, string what, string[] files) in (ValueTuple<string, string, string[]>[])[
            ("features", $"features {_folder.At("run")} --images {_folder.Images} --out",
                [".npy", ".names.txt", ".skipped.txt"]),
            ("index", $"search index {_folder.At("run")} --images {_folder.Images} --out", [".npy"]),
            ("pack", $"data pack {_folder.Images} --format pixels --size 12 --out", [".npy"]),
            ("scan", $"data scan {_folder.Images} --tiny 20 --quarantine", [".npy"]),
            ("shards", $"data pack {_folder.Images} --shard-bytes 500 --out",
                [".npy/manifest.json", ".npy/images-000000.tar", ".npy/images-000002.tar"]),
            ("eval", $"eval {_folder.At("run")} --train {_folder.Images} --test {_folder.Images} --protocol linear-rotnet knn "
                + "finetune --set epochs=2 finetune.steps=1 batch=4 --seeds 1,2 --out", [".json"])])
        {
            string one = _folder.At($"{name}-one"), three = _folder.At($"{name}-three"),
                ending = name == "eval" ? ".json" : ".npy";
            await Succeed(Start(Work($"{what} {one}{ending}"), "env", "OMP_NUM_THREADS=1"));
            await Succeed(StartRanks(launcher, Work($"{what} {three}{ending}"), ranks: 3));
            foreach (string file in files)
                Assert.Equal(File.ReadAllBytes(one + file), File.ReadAllBytes(three + file));
        }
    }

    public void Dispose() => _folder.Dispose();
}
