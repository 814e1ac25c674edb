namespace SpotArtifacts.Images.Tests;

public class NativeImageCodecsTests
{
    [Fact]
    public void Load_NamedFolderWithoutLibrary_SaysWhatWasTriedAndNothingElse()
    {
        using TemporaryFolder folder = new();
        NativeImageCodecsException thrown = Assert.Throws<NativeImageCodecsException>(
            () => NativeImageCodecs.Load(folder.Path, AppContext.BaseDirectory));
        Assert.Contains($"{folder.At(NativeImageCodecs.FileName)}: no such file", thrown.Message, StringComparison.Ordinal);
        Assert.Contains(NativeImageCodecs.DirectoryVariable, thrown.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("artifacts", thrown.Message.Split("Tried:")[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Load_DamagedLibrary_QuotesTheLoader()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write(NativeImageCodecs.FileName, "not a library"u8.ToArray());
        NativeImageCodecsException thrown = Assert.Throws<NativeImageCodecsException>(() => NativeImageCodecs.Load(folder.Path, "/"));
        Assert.Contains(path, thrown.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("no such file", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_NothingNamed_WalksUpToArtifacts()
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(folder.At("a/b"));
        folder.Write($"artifacts/native/{NativeImageCodecs.FileName}", [0]);
        NativeImageCodecsException thrown = Assert.Throws<NativeImageCodecsException>(
            () => NativeImageCodecs.Load(null, folder.At("a/b")));
        string found = System.IO.Path.Combine(folder.Path, "artifacts", "native", NativeImageCodecs.FileName);
        Assert.Contains(found, thrown.Message, StringComparison.Ordinal);
        Assert.DoesNotContain($"{found}: no such file", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EnsureLoaded_BuiltLibrary_HasTheExpectedAbi()
    {
        NativeImageCodecs.EnsureLoaded();
        Assert.Equal(NativeImageCodecs.ExpectedAbi, Interop.SpotImages.AbiVersion());
    }
}
