using System.Text;
using SpotArtifacts.Studio.Runs;

namespace SpotArtifacts.Studio.Tests.Runs;

public sealed class MetricsTailTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MetricsTail _tail = new();
    private readonly List<long> _steps = [];
    private int _restarts;

    private string File => _folder.At("metrics.jsonl");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_GrowingFile_TakesEachLineOnceAndOnlyWholeOnes()
    {
        Append(Line(1) + Line(2) + Line(3)[..10]);
        Read();
        Assert.Equal([1, 2], _steps);

        Append(Line(3)[10..] + Line(4));
        Read();
        Read();

        Assert.Equal([1, 2, 3, 4], _steps);
        Assert.Equal(0, _restarts);
        Assert.Equal(new FileInfo(File).Length, _tail.Position);
    }

    [Fact]
    public void Read_RewoundFile_IsReadAnew()
    {
        Append(Line(1) + Line(2) + Line(3));
        Read();
        // As MetricsLog.Rewind does: another file, shorter, or already longer again when it is looked at.
        System.IO.File.WriteAllText(File, Line(1) + Line(20) + Line(30) + Line(40));
        Read();

        Assert.Equal(1, _restarts);
        Assert.Equal([1, 20, 30, 40], _steps);

        System.IO.File.WriteAllText(File, Line(1));
        Read();

        Assert.Equal(2, _restarts);
        Assert.Equal([1], _steps);
    }

    [Fact]
    public void Read_LinesThatAreNone_AreLeftOut()
    {
        Append("\n{\n[]\n{\"stage\":1,\"step\":2}\n{\"stage\":\"a\"}\n{\"stage\":\"a\",\"step\":\"x\"}\nnonsense\n" + Line(7));
        Read();

        Assert.Equal([7], _steps);
    }

    [Fact]
    public void Read_LongFileAndLongLine_AreTakenWhole()
    {
        Append(string.Concat(Enumerable.Range(1, 20_000).Select(i => Line(i))));
        Append($$"""{"stage":"a","step":20001,"x":"{{new string('y', 200_000)}}"}""" + "\n");
        Read();

        Assert.Equal(20_001, _steps.Count);
    }

    [Fact]
    public void LastOf_LongFile_IsItsLastWholeLine()
    {
        Append(string.Concat(Enumerable.Range(1, 5_000).Select(i => Line(i))) + Line(9)[..8]);

        Assert.Equal(5_000, MetricsTail.LastOf(File)!.Step);
    }

    [Fact]
    public void LastOf_EmptyFile_IsNull()
    {
        Append("");

        Assert.Null(MetricsTail.LastOf(File));
    }

    private void Append(string text) => System.IO.File.AppendAllText(File, text, new UTF8Encoding(false));

    private static string Line(int step) => $$"""{"stage":"spotting","step":{{step}},"loss.mask":null}""" + "\n";

    private void Read() => _tail.Read(File, () =>
    {
        _restarts++;
        _steps.Clear();
    }, line => _steps.Add(line.Step));
}
