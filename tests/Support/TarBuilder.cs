using System.Globalization;
using System.Text;

namespace SpotArtifacts.Tests.Support;

/// <summary>Tar archives, sound or not, put together header by header.</summary>
internal sealed class TarBuilder
{
    private readonly List<byte> _file = [];

    internal TarBuilder Add(
        string name, byte[] content, char type = '0', string prefix = "", bool binarySize = false, string link = "",
        int? claimedSize = null)
    {
        byte[] header = new byte[512];
        Encoding.UTF8.GetBytes(name).CopyTo(header, 0);
        Put(header, 100, "0000644");
        if (binarySize)
        {
            header[124] = 0x80;
            header[134] = (byte)(content.Length >> 8);
            header[135] = (byte)content.Length;
        }
        else
        {
            Put(header, 124, Convert.ToString(claimedSize ?? content.Length, 8).PadLeft(11, '0'));
        }
        header[156] = (byte)type;
        Encoding.UTF8.GetBytes(link).CopyTo(header, 157);
        Put(header, 257, "ustar\0" + "00");
        Put(header, 345, prefix);
        header.AsSpan(148, 8).Fill((byte)' ');
        Put(header, 148, Convert.ToString(header.Sum(value => value), 8).PadLeft(6, '0') + "\0");
        _file.AddRange(header);
        _file.AddRange(content);
        _file.AddRange(new byte[(512 - content.Length % 512) % 512]);
        return this;
    }

    internal TarBuilder Add(string name, string text) => Add(name, Encoding.ASCII.GetBytes(text));

    internal TarBuilder AddPax(string key, string value)
    {
        int length = key.Length + value.Length + 3;
        length += (length + 2).ToString(CultureInfo.InvariantCulture).Length;
        return Add("pax", Encoding.UTF8.GetBytes($"{length} {key}={value}\n"), 'x');
    }

    internal byte[] Build(bool endMarker = true)
    {
        byte[] body = [.. _file];
        return endMarker ? [.. body, .. new byte[1024]] : body;
    }

    private static void Put(byte[] header, int at, string text) => Encoding.ASCII.GetBytes(text).CopyTo(header, at);
}
