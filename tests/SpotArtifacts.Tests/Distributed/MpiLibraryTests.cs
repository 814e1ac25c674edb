using SpotArtifacts.Distributed;

namespace SpotArtifacts.Tests.Distributed;

public sealed class MpiLibraryTests
{
    [Theory]
    [InlineData(null, "libmpi.so.40")]
    [InlineData("OpenMpi", "libmpi.so.40")]
    [InlineData("Mpich", "libmpich.so.12")]
    public void Find_BothInstalled_TakesTheLaunchersAndSaysWhyNotTheOther(string? launcher, string expected)
    {
        MpiFamily? family = launcher is null ? null : Enum.Parse<MpiFamily>(launcher);

        MpiLibrary found = MpiLibrary.Find(null, family, Installed("libmpi.so.40", "libmpich.so.12"));

        Assert.Equal(expected, found.Name);
        Assert.Equal(3, found.Others.Count);
        Assert.Contains("libmpi_abi.so.0 not loaded: no such file", found.Others);
    }

    [Fact]
    public void Find_StandardsOwnLibrary_ComesFirst()
    {
        MpiLibrary found = MpiLibrary.Find(null, MpiFamily.Mpich, Installed("libmpi_abi.so.0", "libmpich.so.12"));

        Assert.Equal(("libmpi_abi.so.0", MpiFamily.Standard), (found.Name, found.Family));
    }

    [Fact]
    public void Find_Nothing_SaysWhatWasTried()
    {
        MpiLibrary found = MpiLibrary.Find(null, null, Installed());

        Assert.Equal(0, found.Handle);
        Assert.Equal(4, found.Others.Count);
    }

    [Fact]
    public void Find_Off_LoadsNothing() => Assert.Equal(0, MpiLibrary.Find("off", null, Installed("libmpi.so.40")).Handle);

    [Fact]
    public void Find_NamedLibraryThatDoesNotLoad_IsRefusedWithTheLoadersWords()
    {
        MpiException refused = Assert.Throws<MpiException>(() => MpiLibrary.Find("/nowhere/libmpi.so", null, Dl.Open));

        Assert.Contains("SPOT_MPI=/nowhere/libmpi.so", refused.Message, StringComparison.Ordinal);
        Assert.Contains("No such file", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_NamedLibraryThatIsNoMpi_IsRefused()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "a library of that name is Linux's");

        MpiException refused = Assert.Throws<MpiException>(() => MpiLibrary.Find("libm.so.6", null, Dl.Open));

        Assert.Contains("it is no MPI", refused.Message, StringComparison.Ordinal);
    }

    private static MpiLibrary.Opener Installed(params string[] names)
    {
        return Open;

        nint Open(string file, out string error)
        {
            error = names.Contains(file) ? "" : "no such file";
            return names.Contains(file) ? 1 : 0;
        }
    }
}
