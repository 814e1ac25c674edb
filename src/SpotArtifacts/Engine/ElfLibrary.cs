using System.Buffers.Binary;
using System.Text;

namespace SpotArtifacts.Engine;

/// <summary>A version of another library that a shared library asks for by name.</summary>
/// <param name="Library">The other library, as <c>libstdc++.so.6</c>.</param>
/// <param name="Version">The version, as <c>GLIBCXX_3.4.32</c>.</param>
/// <param name="Flags">VER_FLG_WEAK (2): the loader does without it; 0: it refuses.</param>
/// <param name="FlagsOffset">Where the flags (two bytes) stand in the file.</param>
/// <param name="Index">What the symbol table calls this version.</param>
internal sealed record VersionNeed(string Library, string Version, ushort Flags, int FlagsOffset, ushort Index);

/// <summary>
/// The tables of an ELF shared library (64 bit, little endian) that say what it asks of other libraries and what it defines
/// itself, and copies of the library in which one of these statements is another. Layout: System V ABI, "Dynamic Linking", and
/// Linux Standard Base, "Symbol Versioning".
/// </summary>
internal sealed class ElfLibrary
{
    /// <summary>Flag of a version that a library runs without.</summary>
    public const ushort Weak = 2;

    private const ulong DependencyTag = 1, NameTag = 14;
    private const uint Relocations = 4, DynamicTable = 6, DynamicSymbols = 11;
    private const uint VersionDefinitions = 0x6ffffffd, VersionNeeds = 0x6ffffffe, SymbolVersions = 0x6fffffff;
    private readonly byte[] _file;
    private readonly List<Section> _sections = [];

    private ElfLibrary(byte[] file)
    {
        _file = file;
        if (!file.AsSpan().StartsWith("\u007fELF"u8) || file[4] != 2 || file[5] != 1)
            throw new InvalidDataException("not a 64-bit little-endian ELF file");
        int table = Long(0x28), size = Short(0x3a), count = Short(0x3c);
        for (int i = 0; i < count; i++)
        {
            int at = table + i * size;
            _sections.Add(new Section(Word(at + 4), Long(at + 24), Long(at + 32), (int)Word(at + 40)));
        }
        Needs = [.. _sections.Where(s => s.Type == VersionNeeds).SelectMany(ReadNeeds)];
    }

    /// <summary>Everything asked of other libraries, in file order.</summary>
    public IReadOnlyList<VersionNeed> Needs { get; }

    /// <summary>Reads the tables of a file.</summary>
    /// <exception cref="InvalidDataException">It is no such file, or an offset in it points outside it.</exception>
    public static ElfLibrary Read(byte[] file)
    {
        try
        {
            return new ElfLibrary(file);
        }
        catch (Exception e) when (e is IndexOutOfRangeException or ArgumentOutOfRangeException or OverflowException)
        {
            throw new InvalidDataException("malformed ELF file: a table lies outside it", e);
        }
    }

    /// <summary>The versions the file defines, as <c>GLIBCXX_3.4</c>.</summary>
    public IReadOnlySet<string> Definitions()
    {
        var names = new HashSet<string>();
        foreach (Section section in _sections.Where(s => s.Type == VersionDefinitions))
            for (int at = section.Offset, next = -1; next != 0; at += next)
            {
                names.Add(Text(section, Word(at + (int)Word(at + 12))));
                next = (int)Word(at + 16);
            }
        return names;
    }

    /// <summary>
    /// Names of the symbols of a version that some relocation refers to: what would be missing if the loader did without that
    /// version. A symbol that nothing refers to is never looked up.
    /// </summary>
    public IReadOnlyList<string> SymbolsInUse(VersionNeed need)
    {
        Section symbols = _sections.Single(s => s.Type == DynamicSymbols),
        versions = _sections.Single(s => s.Type == SymbolVersions);
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (Section section in _sections.Where(s => s.Type == Relocations && _sections[s.Link] == symbols))
            for (int at = section.Offset; at < section.Offset + section.Size; at += 24)
            {
                int symbol = (int)Word(at + 12);
                if ((Short(versions.Offset + 2 * symbol) & 0x7fff) == need.Index)
                    names.Add(Text(symbols, Word(symbols.Offset + 24 * symbol)));
            }
        return [.. names];
    }

    /// <summary>A copy of the file in which these demands are weak; nothing else differs.</summary>
    public byte[] WithWeak(IEnumerable<VersionNeed> needs)
    {
        byte[] copy = [.. _file];
        foreach (VersionNeed need in needs)
            BinaryPrimitives.WriteUInt16LittleEndian(copy.AsSpan(need.FlagsOffset), (ushort)(need.Flags | Weak));
        return copy;
    }

    /// <summary>
    /// A copy of the file that calls itself by the end of the name of a library it depends on: the text is there already, so
    /// one number is another. Null where no dependency's name ends so.
    /// </summary>
    public byte[]? Renamed(string name)
    {
        Section table = _sections.Single(s => s.Type == DynamicTable);
        int[] entries = [.. Enumerable.Range(0, table.Size / 16).Select(i => table.Offset + 16 * i)];
        foreach (int dependency in entries.Where(at => (ulong)Long(at) == DependencyTag))
        {
            string text = Text(table, (uint)Long(dependency + 8));
            if (!text.EndsWith(name, StringComparison.Ordinal))
                continue;
            byte[] copy = [.. _file];
            BinaryPrimitives.WriteInt64LittleEndian(
                copy.AsSpan(entries.Single(at => (ulong)Long(at) == NameTag) + 8),
                Long(dependency + 8) + text.Length - name.Length);
            return copy;
        }
        return null;
    }

    private IEnumerable<VersionNeed> ReadNeeds(Section section)
    {
        for (int at = section.Offset, next = -1; next != 0; at += next)
        {
            string library = Text(section, Word(at + 4));
            for (int one = at + (int)Word(at + 8), step = -1; step != 0; one += step)
            {
                yield return new VersionNeed(library, Text(section, Word(one + 8)), Short(one + 4), one + 4, Short(one + 6));
                step = (int)Word(one + 12);
            }
            next = (int)Word(at + 12);
        }
    }

    // The names of a table stand in the section its link field points to.
    private string Text(Section section, uint offset)
    {
        ReadOnlySpan<byte> text = _file.AsSpan(checked(_sections[section.Link].Offset + (int)offset));
        return Encoding.ASCII.GetString(text[..text.IndexOf((byte)0)]);
    }

    private ushort Short(int at) => BinaryPrimitives.ReadUInt16LittleEndian(_file.AsSpan(at));

    private uint Word(int at) => BinaryPrimitives.ReadUInt32LittleEndian(_file.AsSpan(at));

    private int Long(int at) => checked((int)BinaryPrimitives.ReadUInt64LittleEndian(_file.AsSpan(at)));

    private sealed record Section(uint Type, int Offset, int Size, int Link);
}
