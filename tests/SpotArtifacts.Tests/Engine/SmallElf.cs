using System.Text;

namespace SpotArtifacts.Tests.Engine;

/// <summary>
/// A shared library of a few hundred bytes, with nothing in it but the tables the engine reads: it depends on libouter.so and
/// libinner.so, calls itself libsmall.so, demands OLD_1 and NEW_2 of libinner.so and BASE_1 of libouter.so, defines OWN_1 and
/// OWN_2, and has the symbols "used" of NEW_2 and "idle" of BASE_1, of which a relocation names the first.
/// </summary>
internal sealed class SmallElf
{
    private readonly List<byte> _content = [];
    private readonly List<(uint Type, int Offset, int Size, int Link)> _sections = [(0, 0, 0, 0)];
    private readonly byte[] _names;

    public SmallElf()
    {
        _names =
            Encoding.ASCII.GetBytes("\0libouter.so\0libinner.so\0libsmall.so\0OLD_1\0NEW_2\0BASE_1\0OWN_1\0OWN_2\0used\0idle\0");
        _content.AddRange(new byte[64]);
        int names = Section(3, _names, 0);
        int symbols = Section(11, [.. new byte[24], .. Symbol("used"), .. Symbol("idle")], names);
        Section(0x6fffffff, [0, 0, 3, 0, 0x04, 0x80], symbols); // the top bit hides a symbol
        Section(4, [.. Number(0x1000, 8), .. Number((1L << 32) + 6, 8), .. Number(0, 8)], symbols);
        NeedsOffset = _content.Count;
        Section(0x6ffffffe, [.. Library("libinner.so", 2, 48), .. Need("OLD_1", 2, 16), .. Need("NEW_2", 3, 0),
            .. Library("libouter.so", 1, 0), .. Need("BASE_1", 4, 0)], names);
        Section(0x6ffffffd, [.. Definition("OWN_1", 28), .. Definition("OWN_2", 0)], names);
        NameOffset = _content.Count + 2 * 16 + 8;
        Section(6, [.. Entry(1, "libouter.so"), .. Entry(1, "libinner.so"), .. Entry(14, "libsmall.so"), .. Number(0, 8),
            .. Number(0, 8)], names);
        Bytes = WithHeaders();
    }

    public byte[] Bytes { get; }

    /// <summary>Where the version demands start.</summary>
    public int NeedsOffset { get; }

    /// <summary>Where the offset of the library's own name stands.</summary>
    public int NameOffset { get; }

    /// <summary>Offset of a text in the table of names.</summary>
    public int Text(string text) => Encoding.ASCII.GetString(_names).IndexOf($"\0{text}\0", StringComparison.Ordinal) + 1;

    private byte[] Symbol(string name) => [.. Number(Text(name), 4), .. new byte[20]];

    private byte[] Library(string name, int count, int next) =>
        [.. Number(1, 2), .. Number(count, 2), .. Number(Text(name), 4), .. Number(16, 4), .. Number(next, 4)];

    private byte[] Need(string version, int index, int next) =>
        [.. Number(7, 4), .. Number(0, 2), .. Number(index, 2), .. Number(Text(version), 4), .. Number(next, 4)];

    private byte[] Definition(string version, int next) =>
        [.. Number(1, 2), .. Number(0, 2), .. Number(1, 2), .. Number(1, 2), .. Number(7, 4), .. Number(20, 4),
            .. Number(next, 4), .. Number(Text(version), 4), .. Number(0, 4)];

    private byte[] Entry(int tag, string name) => [.. Number(tag, 8), .. Number(Text(name), 8)];

    private int Section(uint type, byte[] content, int link)
    {
        _sections.Add((type, _content.Count, content.Length, link));
        _content.AddRange(content);
        return _sections.Count - 1;
    }

    private byte[] WithHeaders()
    {
        int table = _content.Count;
        foreach ((uint type, int offset, int size, int link) in _sections)
            _content.AddRange([.. Number(0, 4), .. Number(type, 4), .. new byte[16], .. Number(offset, 8), .. Number(size, 8),
                .. Number(link, 4), .. new byte[20]]);
        byte[] file = _content.ToArray();
        byte[] header = [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1];
        header.CopyTo(file, 0);
        Number(table, 8).CopyTo(file, 0x28);
        Number(64, 2).CopyTo(file, 0x3a);
        Number(_sections.Count, 2).CopyTo(file, 0x3c);
        return file;
    }

    private static byte[] Number(long value, int bytes) => BitConverter.GetBytes(value)[..bytes];
}
