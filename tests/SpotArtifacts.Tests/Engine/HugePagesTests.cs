using System.Text;
using SpotArtifacts.Engine;

namespace SpotArtifacts.Tests.Engine;

public sealed class HugePagesTests
{
    [Theory]
    [InlineData("always [madvise] never\n", true)]
    [InlineData("[always] madvise never\n", false)]
    [InlineData("always madvise [never]\n", false)]
    [InlineData("", false)]
    public void AreOffered_SystemsSetting_OnlyWhereTheyAreToBeAskedFor(string setting, bool expected) =>
        Assert.Equal(expected, HugePages.AreOffered(setting));

    [Theory]
    [InlineData("HOME=/root|A=1", "HOME=/root|A=1|SPOT_HUGE_PAGES=1|GLIBC_TUNABLES=glibc.malloc.hugetlb=1")]
    [InlineData("XGLIBC_TUNABLES=x|SPOT=", "XGLIBC_TUNABLES=x|SPOT=|SPOT_HUGE_PAGES=1|GLIBC_TUNABLES=glibc.malloc.hugetlb=1")]
    [InlineData("", "SPOT_HUGE_PAGES=1|GLIBC_TUNABLES=glibc.malloc.hugetlb=1")]
    [InlineData("GLIBC_TUNABLES=|A=1", null)]
    [InlineData("A=1|GLIBC_TUNABLES=glibc.malloc.check=1", null)]
    [InlineData("SPOT_HUGE_PAGES=off|A=1", null)]
    [InlineData("A=1|SPOT_HUGE_PAGES=1|GLIBC_TUNABLES=glibc.malloc.hugetlb=1", null)]
    public void With_Environment_AsksOnceAndKeepsTheRest(string given, string? expected)
    {
        byte[] environment = Encoding.UTF8.GetBytes(given.Length == 0 ? "" : given.Replace('|', '\0') + "\0");

        List<byte[]>? asked = HugePages.With(environment);

        Assert.Equal(expected, asked is null ? null : string.Join('|', asked.Select(Encoding.UTF8.GetString)));
    }
}
