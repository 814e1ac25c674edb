using SpotArtifacts.Engine;

namespace SpotArtifacts.Tests.Engine;

public sealed class ElfLibraryTests
{
    private static readonly SmallElf s_small = new();

    [Fact]
    public void Needs_SmallLibrary_AreAllThere()
    {
        ElfLibrary library = ElfLibrary.Read(s_small.Bytes);

        Assert.Equal(
            [
                new VersionNeed("libinner.so", "OLD_1", 0, s_small.NeedsOffset + 16 + 4, 2),
                new VersionNeed("libinner.so", "NEW_2", 0, s_small.NeedsOffset + 32 + 4, 3),
                new VersionNeed("libouter.so", "BASE_1", 0, s_small.NeedsOffset + 64 + 4, 4),
            ],
            library.Needs);
    }

    [Fact]
    public void Definitions_SmallLibrary_AreAllThere() =>
        Assert.Equal(["OWN_1", "OWN_2"], ElfLibrary.Read(s_small.Bytes).Definitions().Order());

    [Theory]
    [InlineData("OLD_1")]
    [InlineData("NEW_2", "used")]
    [InlineData("BASE_1")]
    public void SymbolsInUse_SmallLibrary_AreThoseARelocationNames(string version, params string[] symbols)
    {
        ElfLibrary library = ElfLibrary.Read(s_small.Bytes);

        Assert.Equal(symbols, library.SymbolsInUse(library.Needs.Single(need => need.Version == version)));
    }

    [Fact]
    public void WithWeak_OneDemand_ChangesItsFlagAndNoOtherByte()
    {
        ElfLibrary library = ElfLibrary.Read(s_small.Bytes);
        byte[] before = [.. s_small.Bytes];

        byte[] changed = library.WithWeak([library.Needs[1]]);

        Assert.Equal([(s_small.NeedsOffset + 32 + 4, (byte)0, (byte)2)], Differences(s_small.Bytes, changed));
        Assert.Equal([0, 2, 0], ElfLibrary.Read(changed).Needs.Select(need => (int)need.Flags));
        Assert.Equal(before, s_small.Bytes);
    }

    [Fact]
    public void Renamed_EndOfADependency_PointsTheNameThereAndChangesNoOtherByte()
    {
        byte[] changed = ElfLibrary.Read(s_small.Bytes).Renamed("inner.so")!;

        Assert.Equal([(s_small.NameOffset, (byte)s_small.Text("libsmall.so"), (byte)(s_small.Text("libinner.so") + 3))],
            Differences(s_small.Bytes, changed));
    }

    [Fact]
    public void Renamed_EndOfNoDependency_IsNull() => Assert.Null(ElfLibrary.Read(s_small.Bytes).Renamed("torch_cpu.so"));

    [Theory]
    [InlineData(0, 0x7e)]
    [InlineData(4, 1)]
    [InlineData(5, 2)]
    public void Read_NoElfFileOfThisKind_IsAnError(int at, byte value)
    {
        byte[] file = [.. s_small.Bytes];
        file[at] = value;

        Assert.Equal("not a 64-bit little-endian ELF file",
            Assert.Throws<InvalidDataException>(() => ElfLibrary.Read(file)).Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(40)]
    [InlineData(300)]
    public void Read_CutFile_IsAnError(int length) =>
        Assert.Throws<InvalidDataException>(() => ElfLibrary.Read(s_small.Bytes[..length]));

    [Fact]
    public void Read_TableOutsideTheFile_IsAnError()
    {
        byte[] file = [.. s_small.Bytes];
        file[0x2f] = 0x7f;

        Assert.Contains("lies outside it", Assert.Throws<InvalidDataException>(() => ElfLibrary.Read(file)).Message,
            StringComparison.Ordinal);
    }

    // What the decision to change the library rests on: the one symbol of that version is in nobody's use.
    [Fact]
    public void TorchSharpsLibrary_NewestDemand_IsUnusedAndOneFlagMakesItWeak()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("the library is an ELF file on Linux only");
        string file = Path.Combine(EngineLibraries.Folder(EngineLibraries.TorchSharpFile, EngineLibraries.OwnFolders()),
            EngineLibraries.TorchSharpFile);
        byte[] content = File.ReadAllBytes(file);
        ElfLibrary library = ElfLibrary.Read(content);
        VersionNeed newest = library.Needs.Single(need => need.Version == "GLIBCXX_3.4.32");

        Assert.Equal("libstdc++.so.6", newest.Library);
        Assert.Empty(library.SymbolsInUse(newest));
        Assert.NotEmpty(library.SymbolsInUse(library.Needs.Single(need => need.Version == "GLIBCXX_3.4.21")));
        Assert.Equal([(newest.FlagsOffset, (byte)0, (byte)2)], Differences(content, library.WithWeak([newest])));
    }

    private static (int At, byte Before, byte After)[] Differences(byte[] before, byte[] after)
    {
        Assert.Equal(before.Length, after.Length);
        return [.. Enumerable.Range(0, before.Length).Where(i => before[i] != after[i]).Select(i => (i, before[i], after[i]))];
    }
}
