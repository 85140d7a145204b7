"""Names and places that generated customers get, whatever their domain."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST_NAMES = _words(
    """
    Aaliyah Abel Ada Adrian Agnes Aiko Alan Alba Alejandro Alice Alma Amara Amir Amy Ana Andre Angela Anika Anton April
    Arjun Arthur Astrid Aurora Beatriz Ben Bianca Boris Brenda Bruno Caleb Camila Carl Carmen Cecilia Celeste Charles
    Chidi Clara Claude Colin Cora Cyrus Dalia Damian Dana Dario Deborah Derek Diana Diego Dmitri Dora Edgar Edith Elena
    Elias Elise Emeka Emil Enzo Erika Esme Esther Eva Ezra Farah Felix Fiona Flora Frank Freya Gael Gemma George Gita
    Gloria Grace Greta Hana Hassan Hector Heidi Helen Henry Hugo Ida Igor Imani Ines Ingrid Iris Isaac Ismael Ivan Ivy
    Jasper Javier Jin Joan Joel Jonas Jorge Judith Julia Kai Karim Katya Keiko Kenji Kofi Lara Laszlo Laura Leila Leo
    Lena Lillian Linus Lorenzo Louise Lucia Luis Lydia Maeve Magnus Malik Marcus Margot Maria Marta Matteo Maya Mehmet
    Mei Mila Mina Miriam Monica Nadia Naomi Nathan Neil Nina Nora Odette Olga Omar Oscar Otto Paloma Paul Pedro Petra
    Philip Priya Quentin Rafael Rania Ravi Renata Rhea Rita Robin Rosa Ruben Ruth Sami Sandra Santiago Selma Sergei
    Silas Simone Sonia Stefan Stella Sven Tariq Tessa Thea Theo Tobias Uma Ursula Vera Victor Viola Walter Wanda Wei
    Willa Xavier Yara Yasmin Yuki Yusuf Zara Zoe
    """
)

LAST_NAMES = _words(
    """
    Abbott Acosta Adeyemi Ahmed Akhtar Alvarez Andersson Araujo Archer Bailey Banerjee Barnes Bauer Becker Bennett Berg
    Bianchi Blake Bosch Boyd Brandt Briggs Burke Byrne Calder Campos Cardoso Carver Castillo Chan Chaudhry Cho Clarke
    Conti Cooper Cortez Costa Cruz Cunha Dalton Das Delgado Demir Diaz Dietrich Doyle Dubois Duran Eklund Ellis Erdogan
    Espinoza Farrell Faulkner Ferrari Fischer Fleming Flores Fontaine Foster Fraser Fujita Gallo Garner Gibbs Gomez
    Grant Greene Guerrero Haas Hahn Hale Hammond Hansen Harlow Hartmann Hayashi Hayes Herrera Hoffman Holt Horvath
    Hussain Ibrahim Inoue Ivanov Jankowski Jensen Joshi Kapoor Kato Keller Kemp Khalil Kimura Knight Kovacs Kowalski
    Krause Kumar Lambert Lang Larsen Laurent Lehmann Lim Lindgren Lowe Lund Mahmoud Marino Marsh Martins Mason Mbeki
    Mehta Mendoza Meyer Miranda Mitchell Molina Moreau Mori Moss Nakamura Navarro Neumann Newton Nilsson Novak Nwosu
    Oakley Obi Ochoa Okafor Olsen Ortega Osman Pacheco Palmer Paredes Parsons Pereira Petrov Phan Pham Pierce Pinto
    Popescu Prakash Quinn Rahman Ramos Rao Reyes Ricci Riley Rinaldi Rojas Romero Rossi Roy Saito Salazar Sanders Sato
    Schmidt Serrano Shah Sharma Silva Singh Soto Sousa Stone Strand Suarez Svensson Takeda Tan Tanaka Torres Tran Tucker
    Ueda Valdez Varga Vasquez Vega Vogel Volkov Wagner Walsh Watts Weber Wells Winter Wolfe Wong Yamada Yates Yilmaz
    York Young Zapata Zhou Ziegler Zimmer
    """
)

STREETS = _words(
    """
    Alder Ashby Aspen Bayview Beacon Birch Bridge Brook Canal Chapel Cherry Church Clover College Court Dogwood Fairview
    Farm Fern Garden Grove Harbor Hawthorn Hazel Highland Hillside Holly Jasmine Juniper Laurel Lincoln Linden Locust
    Magnolia Main Market Meadow Mill Mulberry Myrtle Orchard Park Pearl Pine Poplar Prospect Quarry Ridge Rose School
    Spring Station Summit Sycamore Tulip Valley Vine Walnut Water Willow
    """
)

STREET_KINDS = ("Street", "Avenue", "Lane", "Road", "Drive", "Court", "Place", "Boulevard")

CITIES: tuple[tuple[str, str, str], ...] = (
    ("Albany", "NY", "122"),
    ("Albuquerque", "NM", "871"),
    ("Anchorage", "AK", "995"),
    ("Ann Arbor", "MI", "481"),
    ("Atlanta", "GA", "303"),
    ("Austin", "TX", "787"),
    ("Baltimore", "MD", "212"),
    ("Birmingham", "AL", "352"),
    ("Boise", "ID", "837"),
    ("Boston", "MA", "021"),
    ("Buffalo", "NY", "142"),
    ("Burlington", "VT", "054"),
    ("Charleston", "SC", "294"),
    ("Chicago", "IL", "606"),
    ("Cincinnati", "OH", "452"),
    ("Cleveland", "OH", "441"),
    ("Des Moines", "IA", "503"),
    ("Detroit", "MI", "482"),
    ("El Paso", "TX", "799"),
    ("Eugene", "OR", "974"),
    ("Fargo", "ND", "581"),
    ("Hartford", "CT", "061"),
    ("Honolulu", "HI", "968"),
    ("Kansas City", "MO", "641"),
    ("Las Vegas", "NV", "891"),
    ("Little Rock", "AR", "722"),
    ("Louisville", "KY", "402"),
    ("Madison", "WI", "537"),
    ("Memphis", "TN", "381"),
    ("Miami", "FL", "331"),
    ("Milwaukee", "WI", "532"),
    ("Minneapolis", "MN", "554"),
    ("Nashville", "TN", "372"),
    ("New Orleans", "LA", "701"),
    ("Newark", "NJ", "071"),
    ("Oakland", "CA", "946"),
    ("Oklahoma City", "OK", "731"),
    ("Omaha", "NE", "681"),
    ("Pittsburgh", "PA", "152"),
    ("Portland", "ME", "041"),
    ("Providence", "RI", "029"),
    ("Raleigh", "NC", "276"),
    ("Richmond", "VA", "232"),
    ("Sacramento", "CA", "958"),
    ("Salt Lake City", "UT", "841"),
    ("Savannah", "GA", "314"),
    ("Spokane", "WA", "992"),
    ("Tucson", "AZ", "857"),
    ("Tulsa", "OK", "741"),
    ("Wichita", "KS", "672"),
)
"""City, state, and the first three digits of its zip codes."""
